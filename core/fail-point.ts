/**
 * Named moments of the commit protocol at which a test build ends itself as a power cut does, and faults that can be
 * planted in it. In the product `__FAIL_POINTS__` is false, and the bundler leaves nothing of this, not even a name:
 * each use is one line that begins with `if (__FAIL_POINTS__)`.
 */
declare global {
  const __FAIL_POINTS__: boolean;
}

/** In the order in which a hit passes them. */
export const failPoints = [
  'inbox-before-commit',
  'inbox-after-commit',
  'canister-before-fsync',
  'canister-after-fsync',
  'tables-before-begin',
  'tables-mid-transaction',
  'tables-before-commit',
  'tables-after-commit',
  'tables-before-checkpoint',
  'tables-after-checkpoint',
  'inbox-before-prune',
  'inbox-mid-prune',
  'inbox-after-prune',
] as const;

export type FailPoint = (typeof failPoints)[number];

export const plantedBugs = ['acknowledge-first', 'synchronous-normal', 'cursor-outside'] as const;

export type PlantedBug = (typeof plantedBugs)[number];

let passed = 0;

/** Kills the process where the environment names this point: `FAIL_POINT=name:passes`, so many passes being let by. */
export function failPoint(name: FailPoint): void {
  const [named, passes] = process.env.FAIL_POINT?.split(':') ?? [];
  if (named !== name) return;
  passed += 1;
  if (passed > Number(passes ?? 0)) process.kill(process.pid, 'SIGKILL');
}

/** The environment asks for this fault: `PLANTED_BUG=name`. */
export const isPlanted = (bug: PlantedBug) => process.env.PLANTED_BUG === bug;
