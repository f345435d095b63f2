/** Dimensions: what a metric can be broken down by. A missing SQL meaning of one does not compile. */
export interface Dimension {
  label: string;
  /** `session` dimensions are the same for all hits of a session, `hit` dimensions belong to one hit. */
  home: 'session' | 'hit' | 'both';
  definition: string;
}

export const dimensions = {
  day: { label: 'Day', home: 'both', definition: "Calendar day in the dataset's time zone." },
  path: { label: 'Page', home: 'hit', definition: 'Path of the requested URL.' },
  status: {
    label: 'Status',
    home: 'hit',
    definition: 'HTTP status code of the response, where known.',
  },
  entry_path: {
    label: 'Entry page',
    home: 'session',
    definition: 'Path of the first page view of the session.',
  },
  exit_path: {
    label: 'Exit page',
    home: 'session',
    definition: 'Path of the last page view of the session.',
  },
  referrer: {
    label: 'Referrer',
    home: 'session',
    definition:
      'Host of the page that led to the session; empty for direct entries and for own hosts.',
  },
  source: {
    label: 'Source',
    home: 'session',
    definition: 'utm_source of the entry page, else the name of the referrer.',
  },
  campaign: { label: 'Campaign', home: 'session', definition: 'utm_campaign of the entry page.' },
  browser: { label: 'Browser', home: 'session', definition: 'Browser name, from the user agent.' },
  system: {
    label: 'System',
    home: 'session',
    definition: 'Operating system, from the user agent.',
  },
  device: {
    label: 'Device',
    home: 'session',
    definition: 'desktop, mobile, tablet, tv or robot, from the user agent.',
  },
  robot: {
    label: 'Robot',
    home: 'session',
    definition: 'Name of the robot, where the session is one.',
  },
} as const satisfies Record<string, Dimension>;

export type DimensionName = keyof typeof dimensions;
export const dimensionNames = Object.keys(dimensions) as [DimensionName, ...DimensionName[]];
