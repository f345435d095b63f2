/** The SQL meaning of each metric, over session rows (`s`) or over hit rows (`h`). One meaning per number. */
import type { MetricName } from '../contract/metric.ts';

/** Gives the filter of an aggregate: the rows of a label, and among them those that meet a condition. */
export type Only = (condition?: string) => string;

/** A metric with both forms takes the session form unless a dimension of the hit is asked. */
export interface MetricSql {
  session?: (only: Only) => string;
  hit?: (only: Only) => string;
  /** Its form over hits looks at the session of the hit. */
  hitNeedsSession?: true;
  /** Its form over hits looks at hits of this type only, so that others need not be read where nobody asks for them. */
  hitType?: 'page_view' | 'event';
}

const shareOf = (part: string, whole: string) => `${part} / nullif(${whole}, 0)`;
const isPageView = "h.type = 'page_view'";
const isBounceEntry = 'h.is_entry AND s.is_bounce';

export const metricSql = {
  sessions: {
    session: (only) => `count(*)${only()}`,
    hit: (only) => `count(DISTINCT h.session_id)${only()}`,
  },
  visitors: {
    session: (only) => `count(DISTINCT s.visitor_id)${only()}`,
    hit: (only) => `count(DISTINCT h.visitor_id)${only()}`,
  },
  page_views: { hit: (only) => `count(*)${only(isPageView)}`, hitType: 'page_view' },
  hits: { hit: (only) => `count(*)${only()}` },
  bounces: {
    session: (only) => `count(*)${only('s.is_bounce')}`,
    hit: (only) => `count(*)${only(isBounceEntry)}`,
    hitNeedsSession: true,
    hitType: 'page_view',
  },
  bounce_rate: {
    session: (only) => `avg(s.is_bounce::INTEGER)${only()}`,
    hit: (only) => shareOf(`count(*)${only(isBounceEntry)}`, `count(*)${only('h.is_entry')}`),
    hitNeedsSession: true,
    hitType: 'page_view',
  },
  session_duration: { session: (only) => `avg(s.duration_ms)${only()}` },
  page_depth: { session: (only) => `avg(s.page_views)${only()}` },
  sessions_per_visitor: {
    session: (only) => shareOf(`count(*)${only()}`, `count(DISTINCT s.visitor_id)${only()}`),
  },
  custom_events: { hit: (only) => `count(*)${only("h.type = 'event'")}`, hitType: 'event' },
  entries: { hit: (only) => `count(*)${only('h.is_entry')}`, hitType: 'page_view' },
  exits: { hit: (only) => `count(*)${only('h.is_exit')}`, hitType: 'page_view' },
  exit_rate: {
    hitType: 'page_view',
    hit: (only) => shareOf(`count(*)${only('h.is_exit')}`, `count(*)${only(isPageView)}`),
  },
  time_on_page: { hit: (only) => `avg(h.time_on_page_ms)${only()}`, hitType: 'page_view' },
  errors: { hit: (only) => `count(*)${only('h.status >= 400')}` },
  error_rate: {
    hit: (only) => shareOf(`count(*)${only('h.status >= 400')}`, `count(h.status)${only()}`),
  },
  response_time: { hit: (only) => `avg(h.duration_ms)${only()}` },
  transferred: { hit: (only) => `coalesce(sum(h.response_bytes)${only()}, 0)::DOUBLE` },
  conversions: {
    session: (only) => `count(*)${only('s.reached_goal')}`,
    hit: (only) => `count(DISTINCT h.session_id)${only('s.reached_goal')}`,
    hitNeedsSession: true,
  },
  conversion_rate: {
    session: (only) => shareOf(`count(*)${only('s.reached_goal')}`, `count(*)${only()}`),
    hit: (only) =>
      shareOf(
        `count(DISTINCT h.session_id)${only('s.reached_goal')}`,
        `count(DISTINCT h.session_id)${only()}`,
      ),
    hitNeedsSession: true,
  },
  unique_conversions: {
    session: (only) => `count(DISTINCT s.visitor_id)${only('s.reached_goal')}`,
    hit: (only) => `count(DISTINCT h.visitor_id)${only('s.reached_goal')}`,
    hitNeedsSession: true,
  },
  revenue: { session: (only) => `coalesce(sum(s.revenue)${only()}, 0)` },
} as const satisfies Record<MetricName, MetricSql>;
