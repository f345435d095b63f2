/** Metrics: the numbers of a report. Each has one name, one unit and one definition, here and nowhere else. */
export const metricUnits = [
  'count',
  'share',
  'milliseconds',
  'per_session',
  'bytes',
  'money',
  'number',
] as const;
/**
 * `share` is 0 to 1; `per_session` a mean number of things; `money` is in the dataset's own currency; `number` has no
 * unit, such as a z-score or a return on investment.
 */
export type MetricUnit = (typeof metricUnits)[number];

export interface Metric {
  label: string;
  unit: MetricUnit;
  definition: string;
  /** Which way is good, for colouring a change; `neutral` where it depends. */
  better: 'higher' | 'lower' | 'neutral';
  /**
   * Beside the condition of a row: which of its sessions the figure speaks of. `session` is asked of the session, `hit`
   * of the very hit that the row is about; `path` is the field that the page of a row is asked of instead.
   */
  opens?: { session?: string; hit?: string; path?: string };
  /** It speaks of goals: of the one that the query names, else of all. */
  needsGoal?: true;
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
    opens: { hit: 'hit.type = "page_view"' },
  },
  hits: {
    label: 'Hits',
    unit: 'count',
    definition: 'All hits in the range: page views, custom events, and every other request.',
    better: 'neutral',
    opens: { hit: 'hit.number >= 1' },
  },
  bounces: {
    label: 'Bounces',
    unit: 'count',
    definition:
      'Sessions with at most one page view and no custom event. Of a page: such sessions that began on it.',
    better: 'lower',
    opens: { session: 'session.bounce = true' },
  },
  bounce_rate: {
    label: 'Bounce rate',
    unit: 'share',
    definition:
      'Sessions with at most one page view and no custom event, as a share of sessions. Of a page: bounces as a share of the entries on it.',
    better: 'lower',
    opens: { session: 'session.bounce = true' },
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
  sessions_per_visitor: {
    label: 'Sessions per visitor',
    unit: 'number',
    definition: 'Sessions that started in the range over their distinct visitor keys.',
    better: 'higher',
  },
  custom_events: {
    label: 'Custom events',
    unit: 'count',
    definition: 'Events in the range that the page itself sent.',
    better: 'higher',
    opens: { hit: 'hit.type = "event"' },
  },
  entries: {
    label: 'Entries',
    unit: 'count',
    definition: 'Page views in the range that were the first of their session.',
    better: 'higher',
    opens: { session: 'session.page_views >= 1', path: 'entry.path' },
  },
  exits: {
    label: 'Exits',
    unit: 'count',
    definition: 'Page views in the range that were the last of their session.',
    better: 'neutral',
    opens: { hit: 'hit.type = "page_view"', path: 'exit.path' },
  },
  exit_rate: {
    label: 'Exit rate',
    unit: 'share',
    definition: 'Exits as a share of page views.',
    better: 'lower',
    opens: { hit: 'hit.type = "page_view"' },
  },
  time_on_page: {
    label: 'Time on page',
    unit: 'milliseconds',
    definition:
      'Mean time from a page view to the next page view of its session. The last page view of a session is left out: nobody knows how long it was read.',
    better: 'neutral',
    opens: { hit: 'hit.type = "page_view"' },
  },
  errors: {
    label: 'Errors',
    unit: 'count',
    definition: 'Hits in the range that were answered with a status of 400 or more.',
    better: 'lower',
    opens: { hit: 'response.status >= 400' },
  },
  error_rate: {
    label: 'Error rate',
    unit: 'share',
    definition: 'Errors as a share of the hits whose status is known.',
    better: 'lower',
    opens: { hit: 'response.status >= 400' },
  },
  response_time: {
    label: 'Response time',
    unit: 'milliseconds',
    definition: 'Mean time that the responses took, of hits where it is known.',
    better: 'lower',
    opens: { hit: 'response.duration exists' },
  },
  transferred: {
    label: 'Transferred',
    unit: 'bytes',
    definition: 'Sum of the sizes of the responses, where they are known.',
    better: 'neutral',
    opens: { hit: 'response.bytes exists' },
  },
  conversions: {
    label: 'Conversions',
    unit: 'count',
    definition: 'Sessions that started in the range and reached the goal, each counted once.',
    better: 'higher',
    needsGoal: true,
  },
  conversion_rate: {
    label: 'Conversion rate',
    unit: 'share',
    definition: 'Sessions that reached the goal as a share of all sessions.',
    better: 'higher',
    needsGoal: true,
  },
  unique_conversions: {
    label: 'Converting visitors',
    unit: 'count',
    definition: 'Distinct visitor keys of the sessions that reached the goal.',
    better: 'higher',
    needsGoal: true,
  },
  revenue: {
    label: 'Revenue',
    unit: 'money',
    definition:
      'Sum of the amounts that the events of the goal carry or have recorded, over the sessions that reached it.',
    better: 'higher',
    needsGoal: true,
  },
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof metrics;
export const metricNames = Object.keys(metrics) as [MetricName, ...MetricName[]];
