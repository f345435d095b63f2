/** Technology: devices, browsers, systems and screens. */
import { type BuiltInReport, table } from './panels.ts';

export const technology: BuiltInReport = {
  name: 'technology',
  title: 'Technology',
  group: 'Visitors',
  description: 'What people look at the site with.',
  panels: [
    table(
      { name: 'devices', title: 'Devices', description: 'By kind of device.' },
      {
        dimensions: ['device'],
        metrics: ['sessions', 'visitors', 'bounce_rate'],
        chart: 'bars',
      },
    ),
    table(
      { name: 'screens', title: 'Screens', description: 'By width of the screen in CSS pixels.' },
      { dimensions: ['screen'], metrics: ['sessions', 'visitors', 'bounce_rate'] },
    ),
    table(
      { name: 'browsers', title: 'Browsers', description: 'By name.' },
      { dimensions: ['browser'], metrics: ['sessions', 'visitors', 'bounce_rate'] },
    ),
    table(
      { name: 'versions', title: 'Versions', description: 'Browsers by major version.' },
      { dimensions: ['browser', 'browser_version'], metrics: ['sessions', 'visitors'] },
    ),
    table(
      { name: 'systems', title: 'Systems', description: 'By operating system.' },
      { dimensions: ['system'], metrics: ['sessions', 'visitors', 'bounce_rate'] },
    ),
  ],
};
