/** How fast page loads were: the 75th percentile of each measure, and the shares of good and poor ones. */
import type { AnalysisOf } from '../../contract/analysis.ts';
import { dimensionColumn } from '../../contract/columns.ts';
import { type WebVitalName, webVitalNames, webVitals } from '../../contract/web-vital.ts';
import type { QueryContext } from '../session-source.ts';
import {
  type AnalysisPlan,
  figure,
  inSpan,
  labelColumns,
  type Parts,
  partsOf,
  text,
} from './analysis-parts.ts';

/** A page load may send several times: what it sent last is what was measured. */
export function planWebVitals(
  analysis: AnalysisOf<'web_vitals'>,
  context: QueryContext,
): AnalysisPlan {
  const { by, measure } = analysis;
  const parts = partsOf(analysis, context);
  const asked = by === 'measure' ? webVitalNames : [measure];
  const measured = `SELECT l.*, m.*, TRY_CAST(json_extract_string(l.properties, m.measure) AS DOUBLE) AS value
    FROM loads l, (VALUES ${asked.map(boundsSql).join(', ')}) m(place, measure, good_max, fair_max)`;
  const key = { measure: 'place', path: 'path', device: 'device' }[by];
  const figures = parts.places.flatMap(({ only }) => [
    `count(*)${only()}`,
    `quantile_disc(value, 0.75)${only()}`,
    `avg((value <= good_max)::INTEGER)${only()}`,
    `avg((value > good_max AND value <= fair_max)::INTEGER)${only()}`,
    `avg((value > fair_max)::INTEGER)${only()}`,
  ]);
  const order = by === 'measure' ? '1' : '2 DESC, 1 NULLS LAST';
  return {
    sql: `WITH loads AS (${loadsSql(parts)}), measured AS (${measured})
      SELECT ${key}, ${figures.join(', ')} FROM measured WHERE value >= 0 AND isfinite(value) GROUP BY 1 ORDER BY ${order}`,
    values: parts.binder.values,
    beside: {
      key: ([value]) => JSON.stringify(value),
      absent: () => parts.places.flatMap(() => [0, null, null, null, null]),
    },
    columns: [
      by === 'measure'
        ? text('measure', 'Measure', 'What was measured of page loads.')
        : dimensionColumn(by),
      ...parts.places.flatMap(({ of }) =>
        figuresOf(measure, by === 'measure').map((one) => one(of)),
      ),
    ],
    ...(by === 'measure' && {
      finish: (rows) =>
        rows.map(([place, ...cells]) => [
          webVitals[webVitalNames[Number(place)] ?? 'lcp'].label,
          ...cells.map((cell) => (cell === null || cell === undefined ? null : Number(cell))),
        ]),
    }),
  };
}

function loadsSql(parts: Parts): string {
  const columns = ['h.session_row', 'h.path', 's.device', ...labelColumns(parts)];
  const sessions = parts.sessions('touch');
  return `SELECT ${columns.join(', ')}, h.properties
    FROM store.hits h JOIN ${sessions} ON s.session_row = h.session_row
    WHERE h.type = 'web_vitals' AND json_valid(h.properties) AND ${inSpan('h."at"', parts.span)}
    QUALIFY row_number() OVER (PARTITION BY h.session_row, json_extract_string(h.properties, 'load') ORDER BY h.number DESC) = 1`;
}

function boundsSql(name: WebVitalName): string {
  const { goodMax, fairMax } = webVitals[name];
  return `(${webVitalNames.indexOf(name)}, '${name}', ${goodMax}, ${fairMax})`;
}

function figuresOf(measure: WebVitalName, isEach: boolean) {
  const { label, goodMax, fairMax } = webVitals[measure];
  const p75 = isEach ? '75th percentile' : `p75 of ${label}`;
  const [good, fair] = isEach ? ['its bound', 'its second bound'] : [goodMax, fairMax];
  return [
    figure('loads', 'Loads', 'count', 'Page loads in the range of which it was measured.'),
    figure(
      'p75',
      p75,
      'number',
      'Three of four page loads were as fast as this or faster: the smallest measured value of which that is true.',
      'lower',
    ),
    figure('good', 'Good', 'share', `Loads up to ${good}, as a share of those measured.`, 'higher'),
    figure(
      'needs_improvement',
      'Needs improvement',
      'share',
      `Loads above ${good} and up to ${fair}.`,
      'lower',
    ),
    figure('poor', 'Poor', 'share', `Loads above ${fair}.`, 'lower'),
  ];
}
