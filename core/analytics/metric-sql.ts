/** The SQL meaning of each metric, over session rows (`s`) or over hit rows (`h`). One meaning per number. */
import type { MetricName } from '../contract/metric.ts';

/** A metric with both forms takes the session form unless a dimension of the hit is asked. */
export interface MetricSql {
  session?: string;
  hit?: string;
}

export const metricSql = {
  sessions: { session: 'count(*)', hit: 'count(DISTINCT h.session_id)' },
  visitors: { session: 'count(DISTINCT s.visitor_id)', hit: 'count(DISTINCT h.visitor_id)' },
  page_views: { hit: "count(*) FILTER (h.type = 'page_view')" },
  hits: { hit: 'count(*)' },
  bounce_rate: { session: 'avg(s.is_bounce::INTEGER)' },
  session_duration: { session: 'avg(s.duration_ms)' },
  page_depth: { session: 'avg(s.page_views)' },
} as const satisfies Record<MetricName, MetricSql>;
