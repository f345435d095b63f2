/** What has changed: values whose share of all sessions differs between two periods by more than chance. */
import type { AnalysisOf } from '../../contract/analysis.ts';
import { comparedRange } from '../../contract/comparison.ts';
import { dimensions } from '../../contract/dimension.ts';
import type { Answer } from '../../contract/query.ts';
import { instantsOf } from '../local-time.ts';
import { notSeenByTag, type QueryContext } from '../session-source.ts';
import {
  type AnalysisPlan,
  figure,
  inSpan,
  noLabels,
  type Parts,
  partsOf,
  plainDimension,
  text,
} from './analysis-parts.ts';
import { cohensH, falseShares, type Proportion, twoProportionsP } from './proportions.ts';

/** How many values of a dimension are held against each other. */
const valuesMax = 2_000;

export function planChanges(analysis: AnalysisOf<'changes'>, context: QueryContext): AnalysisPlan {
  const before = comparedRange(analysis.range, analysis.comparison);
  const nowParts = partsOf(analysis, context);
  // Both periods bind their values into the same statement.
  const beforeParts: Parts = {
    ...partsOf({ ...analysis, range: before }, context),
    span: instantsOf(before, context.timeZone),
  };
  const offset = nowParts.binder.values;
  const now = periodSql(analysis, nowParts);
  const earlier = periodSql(analysis, beforeParts).replace(
    /\$(\d+)/g,
    (_, number) => `$${Number(number) + offset.length}`,
  );
  return {
    sql: `WITH now AS MATERIALIZED (${now}), earlier AS MATERIALIZED (${earlier}),
      joined AS (SELECT dimension, value, sum(n) AS n, sum(n_before) AS n_before FROM (SELECT dimension, value, n, 0 AS n_before FROM now UNION ALL SELECT dimension, value, 0, n FROM earlier) GROUP BY dimension, value)
      SELECT dimension, value, n, n_before, (SELECT max(n) FROM now WHERE dimension = '') AS whole, (SELECT max(n) FROM earlier WHERE dimension = '') AS whole_before
      FROM joined WHERE dimension <> '' QUALIFY row_number() OVER (PARTITION BY dimension ORDER BY n + n_before DESC, value) <= ${valuesMax}`,
    values: [...offset, ...beforeParts.binder.values],
    columns: [
      text('dimension', 'Dimension', 'What the value is a value of.'),
      text('value', 'Value', 'The value whose share has changed.'),
      figure('sessions', 'Sessions', 'count', 'Sessions of the range that have the value.')(),
      figure(
        'sessions_before',
        'Before',
        'count',
        'Sessions of the compared period that have it.',
      )(),
      figure('share', 'Share', 'share', 'As a share of all sessions of the range.')(),
      figure(
        'share_before',
        'Share before',
        'share',
        'As a share of all sessions of the compared period.',
      )(),
      figure(
        'effect',
        'Effect',
        'number',
        "Cohen's h: 0.2 is a small change of a share, 0.5 a medium, 0.8 a large one.",
      )(),
      figure(
        'p',
        'p',
        'number',
        'Two-sided p-value of the z-test of two proportions, pooled variance.',
      )(),
      figure(
        'false_share',
        'False share',
        'share',
        'Benjamini-Hochberg: the share of false finds among this and all stronger ones.',
        'lower',
      )(),
    ],
    notes: [
      `Compared with ${before.from} to ${before.to} (exclusive). The base is all sessions: a value may fall in number and rise in share.`,
      `Shown are changes with a false share of ${analysis.falseShareMax} at the most. Values with fewer than five expected sessions on a side are not tested.`,
      ...noLabels(analysis),
    ],
    comparedWith: before,
    finish: (rows) => judge(rows, analysis.falseShareMax),
  };
}

/** Sessions by value for each dimension; under the dimension '' all of them. */
function periodSql(analysis: AnalysisOf<'changes'>, parts: Parts): string {
  const once = analysis.seenByTag ? '' : `AND ${notSeenByTag('h')}`;
  const each = analysis.dimensions.map((name) => {
    const { sql, home } = plainDimension(name);
    if (home === 'session') {
      return `SELECT '${name}' AS dimension, ${sql}::VARCHAR AS value, count(*) AS n FROM chosen s GROUP BY 2`;
    }
    return `SELECT '${name}' AS dimension, ${sql}::VARCHAR AS value, count(DISTINCT h.session_row) AS n FROM store.hits h JOIN chosen s ON s.session_row = h.session_row WHERE ${inSpan('h."at"', parts.span)} AND ${sql} IS NOT NULL ${once} GROUP BY 2`;
  });
  // A column of a table is counted faster than one of a copy; a condition is better asked once.
  const kept = analysis.condition === undefined ? 'NOT MATERIALIZED' : 'MATERIALIZED';
  return `WITH chosen AS ${kept} (SELECT * FROM ${parts.sessions('started')}) ${[
    ...each,
    "SELECT '' AS dimension, '' AS value, count(*) AS n FROM chosen",
  ].join(' UNION ALL ')}`;
}

function judge(rows: unknown[][], falseShareMax: number): Answer['rows'] {
  const tested = rows.flatMap(([dimension, value, n, nBefore, whole, wholeBefore]) => {
    const now: Proportion = { part: Number(n), whole: Number(whole) };
    const before: Proportion = { part: Number(nBefore), whole: Number(wholeBefore) };
    if (now.whole === 0 || before.whole === 0) return [];
    const p = twoProportionsP(now, before);
    return p === undefined ? [] : [{ dimension, value, now, before, p }];
  });
  const shares = falseShares(tested.map(({ p }) => p));
  return tested
    .map((one, index) => ({
      ...one,
      falseShare: shares[index] ?? 1,
      h: cohensH(one.now, one.before),
    }))
    .filter(({ falseShare }) => falseShare <= falseShareMax)
    .sort(
      (a, b) =>
        a.falseShare - b.falseShare || Math.abs(b.h) - Math.abs(a.h) || b.now.part - a.now.part,
    )
    .map(({ dimension, value, now, before, p, falseShare, h }) => [
      dimensions[dimension as keyof typeof dimensions].label,
      value === null || value === undefined ? null : String(value),
      now.part,
      before.part,
      now.part / now.whole,
      before.part / before.whole,
      h,
      p,
      falseShare,
    ]);
}
