/** The SQL meaning of each dimension, once for session rows (`s`) and once for hit rows (`h` with their `s`). */
import { siteSearchSql } from '../conditions/field-sql.ts';
import type { DimensionName } from '../contract/dimension.ts';

/**
 * A dimension without a form for one home cannot be asked there. `$local` stands for the local time of the row in
 * microseconds, `$day` for the number of its day, moved onto the range where it lies in a compared period, and
 * `$page_group` for the rules of page groups.
 */
export interface DimensionSql {
  session?: string;
  hit?: string;
  /** What is shown for a key, over `$key`; without it the key itself. Rows are grouped and ordered by the key. */
  shown?: string;
  /** It looks at other sessions of the visitor. */
  history?: true;
}

const both = (sql: string, more: Omit<DimensionSql, 'session' | 'hit'> = {}): DimensionSql => ({
  session: sql,
  hit: sql,
  ...more,
});
const ofSession = (column: string) => both(`s.${column}`);

const dayUs = '86400000000';
const dayNumber = '$day';
const asDay = (number: string) => `strftime(DATE '1970-01-01' + (${number})::INTEGER, '%Y-%m-%d')`;

/** Numbers in classes: the key is the place of the class, so that classes stand in their order. */
function classes(value: string, bounds: readonly [max: number, name: string][], last: string) {
  const cases = bounds.map(([max], place) => `WHEN ${value} <= ${max} THEN ${place}`);
  const names = [...bounds.map(([, name]) => `'${name}'`), `'${last}'`];
  return both(`CASE WHEN ${value} IS NULL THEN NULL ${cases.join(' ')} ELSE ${bounds.length} END`, {
    shown: `([${names.join(', ')}])[$key + 1]`,
  });
}

export const dimensionSql = {
  day: both(dayNumber, { shown: asDay('$key') }),
  // The first of January 1970 was a Thursday.
  week: both(`((${dayNumber} + 3) // 7)`, { shown: asDay('$key * 7 - 3') }),
  month: both(`date_trunc('month', DATE '1970-01-01' + ${dayNumber}::INTEGER)`, {
    shown: "strftime($key, '%Y-%m-%d')",
  }),
  weekday: both(`(($local // ${dayUs} + 3) % 7 + 1)`),
  hour: both('(($local // 3600000000) % 24)'),
  path: { hit: 'h.path' },
  page_group: { hit: '$page_group' },
  title: { hit: 'h.title' },
  host: { hit: 'h.host' },
  query: { hit: 'h.query' },
  site_search: { hit: siteSearchSql },
  method: { hit: 'h.method' },
  status: { hit: 'h.status' },
  event: { hit: 'h.event' },
  hit_referrer: { hit: 'h.referrer' },
  entry_path: ofSession('entry_path'),
  exit_path: ofSession('exit_path'),
  channel: ofSession('channel'),
  referrer: ofSession('referrer_host'),
  referrer_path: ofSession('referrer_path'),
  source: ofSession('source'),
  medium: ofSession('medium'),
  campaign: ofSession('campaign'),
  term: ofSession('term'),
  content: ofSession('content'),
  click_id: ofSession('click_id'),
  browser: ofSession('browser'),
  browser_version: ofSession('browser_version'),
  system: ofSession('system'),
  device: ofSession('device'),
  screen: classes(
    's.screen_width',
    [
      [575, 'under 576'],
      [991, '576-991'],
      [1439, '992-1439'],
    ],
    '1440+',
  ),
  country: ofSession('country'),
  region: ofSession('region'),
  city: ofSession('city'),
  network: ofSession('address_prefix'),
  language: ofSession('language'),
  origin: ofSession('origin'),
  end_reason: ofSession('end_reason'),
  robot: ofSession('robot'),
  robot_purpose: ofSession('robot_purpose'),
  robot_behaviour: ofSession('robot_behaviour'),
  visitor_kind: both("CASE WHEN s.session_number = 1 THEN 'new' ELSE 'returning' END", {
    history: true,
  }),
  frequency: {
    ...classes(
      's.session_number',
      [
        [1, '1'],
        [2, '2'],
        [3, '3'],
        [4, '4'],
        [8, '5-8'],
        [14, '9-14'],
        [25, '15-25'],
        [50, '26-50'],
      ],
      '51+',
    ),
    history: true,
  },
  recency: {
    ...classes(
      '((epoch_us(s.started_at) - epoch_us(s.previous_at)) // 86400000000)',
      [
        [0, '0'],
        [1, '1'],
        [3, '2-3'],
        [7, '4-7'],
        [14, '8-14'],
        [30, '15-30'],
        [60, '31-60'],
      ],
      '61+',
    ),
    history: true,
  },
  depth: classes(
    's.page_views',
    [
      [0, '0'],
      [1, '1'],
      [2, '2'],
      [3, '3'],
      [4, '4'],
      [7, '5-7'],
      [12, '8-12'],
    ],
    '13+',
  ),
  duration: classes(
    's.duration_ms',
    [
      [0, '0 s'],
      [10_000, '1-10 s'],
      [30_000, '11-30 s'],
      [60_000, '31-60 s'],
      [180_000, '1-3 min'],
      [600_000, '3-10 min'],
      [1_800_000, '10-30 min'],
    ],
    '30+ min',
  ),
} as const satisfies Record<DimensionName, DimensionSql>;
