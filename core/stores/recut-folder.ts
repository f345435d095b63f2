/**
 * A recut in the folder of its dataset: `recut/canister/`, `recut/analytics.duckdb`, and `recut/plan.json`, which is
 * there once all is whole. Putting it in place takes several renames: a plan that says `swapping` is finished by the
 * start, so that a kill leaves all old or all new.
 */
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DataKeys } from '../canisters/long-term.ts';
import type { RecutPlace, RecutPlan, RecutTarget } from '../canisters/recut.ts';
import type { SessionRules } from '../contract/session-rules.ts';
import type { DatasetPaths } from './data-folder.ts';
import { extendTables, makeTables } from './duckdb-tables.ts';
import { makeFolder, syncFolder, writeDurably } from './durable-folder.ts';
import { openSegmentWriter } from './segment-writer.ts';

type PlanState = 'made' | 'changing' | 'swapping';

interface PlanFile extends RecutPlan {
  state: PlanState;
}

/** Where a swap stands; tests end the process there. */
export type SwapStep =
  | 'late sessions taken'
  | 'swap begun'
  | 'old canister aside'
  | 'new canister in place'
  | 'old log aside'
  | 'new tables in place'
  | 'rules set'
  | 'plan gone';

export function openRecutFolder(options: {
  slug: string;
  timeZone: string;
  paths: DatasetPaths;
  keys: DataKeys;
  /** Makes rules those of the dataset. */
  setRules: (rules: SessionRules) => Promise<void>;
  reached?: ((step: SwapStep) => void) | undefined;
}): RecutPlace {
  const { slug, timeZone, paths, keys, setRules, reached = () => {} } = options;
  const file = join(paths.recut, 'analytics.duckdb');
  const discard = () => clear(paths.recut);
  const writer = () =>
    openSegmentWriter({ dataset: slug, folder: join(paths.recut, 'canister'), keys });

  return {
    plan: () => readPlan(paths.recut),
    async make(fill) {
      await discard();
      makeFolder(join(paths.recut, 'canister'));
      const segments = writer();
      try {
        let plan: RecutPlan | undefined;
        await makeTables({
          file,
          timeZone,
          position: { epoch: 0, low: 0 },
          async fill(tables) {
            plan = await fill({ append: segments.append, tables });
            return true;
          },
        });
        await segments.sync();
        if (plan) writePlan(paths.recut, { ...plan, state: 'made' });
      } catch (error) {
        await discard();
        throw error;
      }
    },
    async apply({ position, removedHits, fill, close, failed }) {
      const plan = readPlan(paths.recut);
      if (plan === undefined) throw new Error(`there is no recut in ${paths.recut}`);
      const changed = await change(paths.recut, plan, async () => {
        const segments = writer();
        const summary = await extendTables({
          file,
          timeZone,
          position,
          removedHits,
          fill: (tables) => fill({ append: segments.append, tables } satisfies RecutTarget),
        });
        await segments.sync();
        return summary;
      });
      reached('late sessions taken');
      writePlan(paths.recut, { ...plan, summary: changed, state: 'swapping' });
      try {
        reached('swap begun');
        await close(() => moveIn(paths, reached));
        await setRules(changed.rules);
        reached('rules set');
        await clear(paths.recut, reached);
      } catch (error) {
        failed(error as Error);
        throw error;
      }
      return changed;
    },
    discard,
  };
}

/**
 * Finishes a swap that was killed, and removes a recut that was killed while it was made or changed. To be called at
 * the start, before the dataset is opened.
 */
export async function settleRecut(
  paths: DatasetPaths,
  setRules: (rules: SessionRules) => Promise<void>,
): Promise<void> {
  if (!existsSync(paths.recut)) return;
  const plan = readPlanFile(paths.recut);
  if (plan?.state === 'made') return;
  if (plan?.state === 'swapping') {
    moveIn(paths, () => {});
    await setRules(plan.summary.rules);
  }
  await clear(paths.recut);
}

/** Half of the stores may be those of before: nothing may be opened until the start has finished it. */
export const isHalfInPlace = (recut: string) =>
  existsSync(recut) && readPlanFile(recut)?.state === 'swapping';

/** The recut that lies whole beside a dataset. */
export function readPlan(recut: string): RecutPlan | undefined {
  const plan = readPlanFile(recut);
  if (plan?.state !== 'made') return undefined;
  const { state: _, ...rest } = plan;
  return rest;
}

/** While it is changed, a recut is not whole: killed then, or when the work fails, it is gone. */
async function change<T>(recut: string, plan: RecutPlan, work: () => Promise<T>): Promise<T> {
  writePlan(recut, { ...plan, state: 'changing' });
  try {
    return await work();
  } catch (error) {
    await clear(recut);
    throw error;
  }
}

/** Every step can be taken again: what is not there any more was moved. */
function moveIn(paths: DatasetPaths, reached: (step: SwapStep) => void): void {
  const { recut, canister, analyticsFile } = paths;
  const [fresh, before] = [join(recut, 'canister'), join(recut, 'canister-before')];
  if (existsSync(fresh)) {
    if (existsSync(canister) && !existsSync(before)) move(canister, before);
    reached('old canister aside');
    move(fresh, canister);
  }
  reached('new canister in place');
  const tables = join(recut, 'analytics.duckdb');
  if (existsSync(tables)) {
    // The write-ahead log of the old tables must not meet the new ones, which hold what is in it.
    const log = `${analyticsFile}.wal`;
    if (existsSync(log)) move(log, join(recut, 'analytics-before.wal'));
    reached('old log aside');
    move(tables, analyticsFile);
  }
  reached('new tables in place');
}

function move(from: string, to: string): void {
  renameSync(from, to);
  syncFolder(dirname(from));
  syncFolder(dirname(to));
}

const planFile = (recut: string) => join(recut, 'plan.json');

function readPlanFile(recut: string): PlanFile | undefined {
  const file = planFile(recut);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as PlanFile) : undefined;
}

function writePlan(recut: string, plan: PlanFile): void {
  writeDurably(planFile(recut), JSON.stringify(plan));
}

/** The plan goes first: what is without a plan is rubbish, whatever it holds. */
async function clear(recut: string, reached: (step: SwapStep) => void = () => {}): Promise<void> {
  if (!existsSync(recut)) return;
  rmSync(planFile(recut), { force: true });
  syncFolder(recut);
  reached('plan gone');
  await rm(recut, { recursive: true, force: true });
  const folder = await open(dirname(recut), 'r');
  await folder.sync();
  await folder.close();
}
