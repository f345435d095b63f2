/** The SQL meaning of each metric, over session rows (`s`) or over hit rows (`h`). One meaning per number. */
import type { MetricName } from '../contract/metric.ts';

/** What a metric is made of: sums over the rows of a place (all, or a label), and among them those that meet a condition. */
export interface Sums {
  count(condition?: string): string;
  /** Of a key that no row lacks. */
  distinct(key: string, condition?: string): string;
  /** Rows without the value are in neither; of no rows there is none. */
  mean(value: string): string;
  /** NULL where no row has the value. */
  sum(value: string): string;
}

/** A metric with both forms takes the session form unless a dimension of the hit is asked. */
export interface MetricSql {
  session?: (of: Sums) => string;
  hit?: (of: Sums) => string;
  /** Its form over hits looks at the session of the hit. */
  hitNeedsSession?: true;
  /** Its form over hits looks at hits of this type only, so that others need not be read where nobody asks for them. */
  hitType?: 'page_view' | 'event';
  /** What only a log or the edge knows: page views count that the tracker has seen too. */
  ofResponse?: true;
}

const shareOf = (part: string, whole: string) => `${part} / nullif(${whole}, 0)`;
const isPageView = "h.type = 'page_view'";
const isBounceEntry = 'h.is_entry AND s.is_bounce';

export const metricSql = {
  sessions: {
    session: (of) => of.count(),
    hit: (of) => of.distinct('h.session_row'),
  },
  visitors: {
    session: (of) => of.distinct('s.visitor_id'),
    hit: (of) => of.distinct('h.visitor_id'),
  },
  page_views: { hit: (of) => of.count(isPageView), hitType: 'page_view' },
  hits: { hit: (of) => of.count() },
  bounces: {
    session: (of) => of.count('s.is_bounce'),
    hit: (of) => of.count(isBounceEntry),
    hitNeedsSession: true,
    hitType: 'page_view',
  },
  bounce_rate: {
    session: (of) => of.mean('s.is_bounce::INTEGER'),
    hit: (of) => shareOf(of.count(isBounceEntry), of.count('h.is_entry')),
    hitNeedsSession: true,
    hitType: 'page_view',
  },
  session_duration: { session: (of) => of.mean('s.duration_ms') },
  page_depth: { session: (of) => of.mean('s.page_views') },
  sessions_per_visitor: {
    session: (of) => shareOf(of.count(), of.distinct('s.visitor_id')),
  },
  custom_events: { hit: (of) => of.count("h.type = 'event'"), hitType: 'event' },
  entries: { hit: (of) => of.count('h.is_entry'), hitType: 'page_view' },
  exits: { hit: (of) => of.count('h.is_exit'), hitType: 'page_view' },
  exit_rate: {
    hitType: 'page_view',
    hit: (of) => shareOf(of.count('h.is_exit'), of.count(isPageView)),
  },
  time_on_page: { hit: (of) => of.mean('h.time_on_page_ms'), hitType: 'page_view' },
  errors: { hit: (of) => of.count('h.status >= 400'), ofResponse: true },
  error_rate: {
    ofResponse: true,
    hit: (of) => shareOf(of.count('h.status >= 400'), of.count('h.status IS NOT NULL')),
  },
  response_time: { hit: (of) => of.mean('h.duration_ms'), ofResponse: true },
  transferred: {
    hit: (of) => `coalesce(${of.sum('h.response_bytes')}, 0)::DOUBLE`,
    ofResponse: true,
  },
  conversions: {
    session: (of) => of.count('s.reached_goal'),
    hit: (of) => of.distinct('h.session_row', 's.reached_goal'),
    hitNeedsSession: true,
  },
  conversion_rate: {
    session: (of) => shareOf(of.count('s.reached_goal'), of.count()),
    hit: (of) =>
      shareOf(of.distinct('h.session_row', 's.reached_goal'), of.distinct('h.session_row')),
    hitNeedsSession: true,
  },
  unique_conversions: {
    session: (of) => of.distinct('s.visitor_id', 's.reached_goal'),
    hit: (of) => of.distinct('h.visitor_id', 's.reached_goal'),
    hitNeedsSession: true,
  },
  revenue: { session: (of) => `coalesce(${of.sum('s.revenue')}, 0)` },
} as const satisfies Record<MetricName, MetricSql>;
