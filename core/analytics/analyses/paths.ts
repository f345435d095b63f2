/** Pages before and after a page, and its links, counted by clicks: neighbours among the page views of a session. */
import type { AnalysisOf } from '../../contract/analysis.ts';
import { queryLimits } from '../../contract/query.ts';
import { notSeenByTag, type QueryContext } from '../session-source.ts';
import {
  type AnalysisPlan,
  type Beside,
  figure,
  inSpan,
  labelColumns,
  type Parts,
  partsOf,
  text,
} from './analysis-parts.ts';

const clicks = figure(
  'clicks',
  'Clicks',
  'count',
  'How often the two pages were viewed one right after the other. Clicks, not visitors.',
);

/** Nobody went that way: a share of 0, but where the page was not viewed at all, which is a share of nothing. */
const noClicks =
  (dimensions: number, places: number): Beside['absent'] =>
  (before) =>
    Array.from({ length: places }, (_, place) => {
      const at = dimensions + 2 * place + 1;
      const isViewed = before.some((row) => typeof row[at] === 'number');
      return [0, isViewed ? 0 : null];
    }).flat();

/**
 * Share before: clicks from the page over the views of the page in the middle. Share after: clicks to the page over
 * clicks to all other pages and exits. A page before or after itself is a reload and no path.
 */
export function planPaths(analysis: AnalysisOf<'paths'>, context: QueryContext): AnalysisPlan {
  const parts = partsOf(analysis, context);
  const { places } = parts;
  const share = figure(
    'share',
    'Share',
    'share',
    'Before: clicks from there as a share of the views of the page. After: clicks to there as a share of clicks to other pages and exits.',
  );
  const views = viewsSql(parts, analysis.page);
  const side = (
    name: string,
    neighbour: string,
    base: (only: (c?: string) => string) => string,
  ) => {
    const sums = places.flatMap(({ only }, place) => [
      `count(*)${only()} AS clicks_${place}`,
      `any_value(base_${place}) AS base_${place}`,
    ]);
    const bases = places.map(({ only }, place) => `${base(only)} AS base_${place}`);
    const shares = places.flatMap((_, place) => [
      `clicks_${place}`,
      `clicks_${place} / nullif(base_${place}, 0) AS share_${place}`,
    ]);
    return `(SELECT '${name}' AS side, page, ${shares.join(', ')} FROM (
      SELECT ${neighbour} AS page, ${sums.join(', ')} FROM views, (SELECT ${bases.join(', ')} FROM views) WHERE ${neighbour} IS DISTINCT FROM path GROUP BY page)
      WHERE share_0 >= ${analysis.threshold} ORDER BY clicks_0 DESC, page LIMIT ${analysis.boxesMax})`;
  };
  const before = side('before', 'previous', (only) => `count(*)${only()}`);
  const after = side('after', 'next', (only) => `count(*)${only('next IS DISTINCT FROM path')}`);
  return {
    sql: `WITH views AS (${views}) SELECT * FROM (SELECT * FROM ${before} UNION ALL SELECT * FROM ${after}) ORDER BY side DESC, clicks_0 DESC, page`,
    values: parts.binder.values,
    beside: {
      key: ([name, page]) => JSON.stringify([name, page]),
      absent: noClicks(2, places.length),
      asks: { threshold: 0, boxesMax: queryLimits.rowsMax },
    },
    columns: [
      text('side', 'Side', 'Before or after the page.'),
      text('page', 'Page', 'The neighbour; empty where the session began or ended with the page.'),
      ...places.flatMap(({ of }) => [clicks(of), share(of)]),
    ],
  };
}

/** Clicks from the page to each target over clicks to other pages and exits. Several links to one target count as one. */
export function planNavigation(
  analysis: AnalysisOf<'navigation'>,
  context: QueryContext,
): AnalysisPlan {
  const parts = partsOf(analysis, context);
  const { places } = parts;
  const share = figure(
    'share',
    'Share',
    'share',
    'Clicks to the target as a share of clicks to other pages and exits. Links to the same target cannot be told apart.',
  );
  const figures = places.flatMap(({ only }, place) => [
    `count(*)${only()} AS clicks_${place}`,
    `clicks_${place} / nullif(sum(clicks_${place}) OVER (), 0) AS share_${place}`,
  ]);
  return {
    sql: `WITH views AS (${viewsSql(parts, analysis.page)})
      SELECT next AS page, ${figures.join(', ')} FROM views WHERE next IS DISTINCT FROM path GROUP BY next ORDER BY clicks_0 DESC, page`,
    values: parts.binder.values,
    beside: { key: ([target]) => JSON.stringify(target), absent: noClicks(1, places.length) },
    columns: [
      text('page', 'Target', 'The page that was viewed next; empty: the session ended here.'),
      ...places.flatMap(({ of }) => [clicks(of), share(of)]),
    ],
  };
}

/** The views of the page in the range, each with the page viewed before and after it in its session. */
function viewsSql(parts: Parts, page: string): string {
  const { analysis, span, binder } = parts;
  const sessions = parts.sessions('touch');
  const once = analysis.seenByTag ? '' : `AND ${notSeenByTag('h')}`;
  const wanted = binder.bind(page);
  const columns = ['h.path', 'h."at"', ...labelColumns(parts)];
  const among = `SELECT v.session_row FROM store.hits v WHERE v.type = 'page_view' AND v.path = ${wanted} AND ${inSpan('v."at"', span)}`;
  return `SELECT * FROM (
    SELECT ${columns.join(', ')}, lag(h.path) OVER w AS previous, lead(h.path) OVER w AS next
    FROM store.hits h JOIN ${sessions} ON s.session_row = h.session_row
    WHERE h.type = 'page_view' ${once} AND h.session_row IN (${among})
    WINDOW w AS (PARTITION BY h.session_row ORDER BY h.number)
  ) WHERE path = ${wanted} AND ${inSpan('"at"', span)}`;
}
