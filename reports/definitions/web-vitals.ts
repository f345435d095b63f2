/** Web vitals: how fast pages come and answer in the browsers of the people who look at them. */
import { analysed, type BuiltInReport } from './panels.ts';

export const webVitals: BuiltInReport = {
  name: 'web-vitals',
  title: 'Web vitals',
  group: 'Quality',
  description:
    'How fast pages come and answer, measured in the browsers of visitors. The tracker measures it where its tag has the attribute data-vitals.',
  panels: [
    analysed(
      {
        name: 'measures',
        title: 'All pages',
        description:
          'Bounds of good and poor: paint 2,500 and 4,000 ms, interaction 200 and 500 ms, layout shift 0.1 and 0.25, first paint 1,800 and 3,000 ms, first byte 800 and 1,800 ms.',
      },
      { kind: 'web_vitals', by: 'measure' },
    ),
    analysed(
      {
        name: 'paint',
        title: 'Largest contentful paint by page',
        description: 'When the largest part of the page was to be seen. Good up to 2,500 ms.',
      },
      { kind: 'web_vitals', by: 'path', measure: 'lcp', limit: 50 },
    ),
    analysed(
      {
        name: 'interaction',
        title: 'Interaction to next paint by page',
        description: 'How long the slowest answer to a click or key took. Good up to 200 ms.',
      },
      { kind: 'web_vitals', by: 'path', measure: 'inp', limit: 50 },
    ),
    analysed(
      {
        name: 'shift',
        title: 'Layout shift by page',
        description: 'How much of the page moved by itself. Good up to 0.1.',
      },
      { kind: 'web_vitals', by: 'path', measure: 'cls', limit: 50 },
    ),
    analysed(
      {
        name: 'devices',
        title: 'Largest contentful paint by device',
        description: 'The same measure by kind of device.',
      },
      { kind: 'web_vitals', by: 'device', measure: 'lcp' },
    ),
  ],
};
