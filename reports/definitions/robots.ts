/** Robots: who crawls, and what for. They are left out of all other reports. */
import { type BuiltInReport, byDay, table } from './panels.ts';

const isRobot = 'robot = true';

export const robots: BuiltInReport = {
  name: 'robots',
  title: 'Robots',
  group: 'Quality',
  description: 'Robots by purpose and name, and what they fetch. No people are counted here.',
  panels: [
    table(
      {
        name: 'purposes',
        title: 'Purposes',
        description: 'What robots are for, by their names.',
      },
      {
        dimensions: ['robot_purpose'],
        metrics: ['hits', 'sessions'],
        condition: isRobot,
        robots: true,
        chart: 'bars',
      },
    ),
    table(
      { name: 'robots', title: 'Robots', description: 'By name, with the errors they met.' },
      {
        dimensions: ['robot', 'robot_purpose'],
        metrics: ['hits', 'sessions', 'errors'],
        condition: isRobot,
        robots: true,
        limit: 100,
      },
    ),
    table(
      { name: 'pages', title: 'What they fetch', description: 'Paths that robots asked for most.' },
      {
        dimensions: ['path'],
        metrics: ['hits', 'sessions'],
        condition: isRobot,
        robots: true,
        limit: 50,
      },
    ),
    robotDays(),
  ],
};

function robotDays() {
  const panel = byDay(['hits', 'sessions'], { robots: true });
  return { ...panel, query: { metrics: [], ...panel.query, condition: isRobot } };
}
