/** Queries to start from: each runs on every dataset and shows one thing that the tables hold. */
import { msg } from '@lit/localize';
export interface SqlExample {
  title: string;
  sql: string;
}

export const sqlExamples: readonly SqlExample[] = [
  {
    title: msg('Sessions by day'),
    sql: `SELECT day,
       count(*) AS sessions,
       count(DISTINCT visitor_id) AS visitors
FROM sessions
WHERE NOT is_robot
GROUP BY day
ORDER BY day DESC`,
  },
  {
    title: msg('Most viewed pages'),
    sql: `SELECT path,
       count(*) AS page_views,
       count(DISTINCT session_id) AS sessions
FROM page_views
WHERE NOT is_robot
GROUP BY path
ORDER BY page_views DESC
LIMIT 50`,
  },
  {
    title: msg('Errors by page'),
    sql: `SELECT status,
       path,
       count(*) AS hits
FROM hits
WHERE status >= 400
GROUP BY status, path
ORDER BY hits DESC
LIMIT 50`,
  },
  {
    title: msg('Longest sessions'),
    sql: `SELECT session_id,
       started_at,
       duration_ms // 1000 AS seconds,
       page_views,
       entry_path,
       exit_path
FROM sessions
WHERE NOT is_robot
ORDER BY duration_ms DESC
LIMIT 50`,
  },
  {
    title: msg('Robots by name'),
    sql: `SELECT robot,
       count(*) AS sessions,
       sum(hits) AS hits,
       max(ended_at) AS last_seen
FROM sessions
WHERE is_robot
GROUP BY robot
ORDER BY hits DESC`,
  },
  {
    title: msg('Tables and columns'),
    sql: `SELECT table_name, column_name, data_type
FROM information_schema.columns
ORDER BY table_name, ordinal_position`,
  },
];
