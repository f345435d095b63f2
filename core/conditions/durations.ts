/** The units in which conditions write durations. */

const units: readonly [names: readonly string[], ms: number][] = [
  [['days', 'day', 'd'], 86_400_000],
  [['hours', 'hour', 'h'], 3_600_000],
  [['minutes', 'minute', 'min'], 60_000],
  [['seconds', 'second', 's'], 1000],
  [['ms'], 1],
];

/** Every name of a unit with its milliseconds. */
export const unitsMs: ReadonlyMap<string, number> = new Map(
  units.flatMap(([names, ms]) => names.map((name) => [name, ms] as const)),
);

/** In the largest unit that leaves a whole number, such as `90 minutes`. */
export function printDuration(durationMs: number): string {
  const [names, ms] = units.find(([, size]) => durationMs % size === 0 && durationMs !== 0) ?? [
    ['ms'],
    1,
  ];
  const count = durationMs / ms;
  return `${count} ${Math.abs(count) === 1 && ms > 1 ? names[1] : names[0]}`;
}
