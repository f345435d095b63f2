/** Metrics: the numbers of a report. Each has one name, one unit and one definition, here and nowhere else. */
export const metricUnits = ['count', 'share', 'milliseconds', 'per_session'] as const;
export type MetricUnit = (typeof metricUnits)[number];

export interface Metric {
  label: string;
  unit: MetricUnit;
  definition: string;
  /** Which way is good, for colouring a change; `neutral` where it depends. */
  better: 'higher' | 'lower' | 'neutral';
}

export const metrics = {
  sessions: {
    label: 'Sessions',
    unit: 'count',
    definition:
      'Sessions that started in the range. Broken down by a page or a status: sessions with such a hit.',
    better: 'higher',
  },
  visitors: {
    label: 'Visitors',
    unit: 'count',
    definition: 'Distinct visitor keys of those sessions. Not additive over days.',
    better: 'higher',
  },
  page_views: {
    label: 'Page views',
    unit: 'count',
    definition: 'Hits in the range that show a page.',
    better: 'higher',
  },
  hits: {
    label: 'Hits',
    unit: 'count',
    definition: 'All hits in the range: page views, custom events, and every other request.',
    better: 'neutral',
  },
  bounce_rate: {
    label: 'Bounce rate',
    unit: 'share',
    definition: 'Sessions with at most one page view and no custom event, as a share of sessions.',
    better: 'lower',
  },
  session_duration: {
    label: 'Session duration',
    unit: 'milliseconds',
    definition: 'Mean of last hit time minus first hit time; a session of one hit counts as 0.',
    better: 'higher',
  },
  page_depth: {
    label: 'Pages per session',
    unit: 'per_session',
    definition: 'Mean number of page views of a session.',
    better: 'higher',
  },
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof metrics;
export const metricNames = Object.keys(metrics) as [MetricName, ...MetricName[]];
