/** A recut on a running dataset: made while everything goes on, and put in place between two steps of the pipeline. */
import type { Report } from '../canisters/long-term.ts';
import { applyRecut, makeRecut, type RecutPlace, type RecutTarget } from '../canisters/recut.ts';
import type { RuleChanges, SessionRules } from '../contract/session-rules.ts';
import type { RecutSummary } from '../contract/upkeep.ts';
import { userKeys } from '../hits/user-key.ts';
import type { Pipeline } from '../pipeline.ts';
import { type DatasetEngine, startAgain } from './dataset-engine.ts';
import type { ImportDesk } from './import-desk.ts';

export function placeOf({ recut, config }: DatasetEngine): RecutPlace {
  if (recut) return recut;
  throw new Error(`the stores of ${config.slug} have no place for a recut`);
}

/** Makes the recut beside. @param changes of the rules in force */
export async function beginRecut(
  dataset: DatasetEngine,
  changes: RuleChanges,
  report: Report,
): Promise<RecutSummary> {
  const { analytics, canister, commit } = dataset;
  const stores = { analytics, canister, place: withPast(dataset), alone: commit.alone };
  const rulesBefore = rulesOf(dataset);
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  const rules = { ...rulesBefore, ...Object.fromEntries(given) };
  return await makeRecut(stores, { ...optionsOf(dataset), rules }, rulesBefore, report);
}

/**
 * Puts it in place. Imports wait, hits wait in the inbox. Active sessions then come out of the inbox anew, by the new
 * rules, as they do after a crash.
 */
export async function putRecutInPlace(
  dataset: DatasetEngine,
  options: {
    pipeline: Pipeline;
    imports: ImportDesk;
    /** Half of a swap is finished by a start, and by nothing else. */
    failed: (why: Error) => void;
  },
): Promise<RecutSummary> {
  const { pipeline, imports, failed } = options;
  const { analytics, canister, config, commit } = dataset;
  const stores = { analytics, canister, place: withPast(dataset) };
  const swap = () =>
    commit.alone(async () => {
      // Before, so that no index of the old canister outlives it.
      await dataset.index?.startAgain();
      const summary = await applyRecut(stores, optionsOf(dataset), failed);
      await startAgain(dataset, { ...dataset.config, ...summary.rules });
      await dataset.past.begunAgain();
      return summary;
    });
  return await imports.alone(config.slug, () => pipeline.again(dataset, swap));
}

/** The place, where the rows of sessions have what backfills have made of their facts. */
function withPast(dataset: DatasetEngine): RecutPlace {
  const place = placeOf(dataset);
  const kept = (target: RecutTarget): RecutTarget => ({
    ...target,
    tables: {
      ...target.tables,
      add: async (sessions) => target.tables.add(await dataset.past.apply(sessions)),
    },
  });
  return {
    plan: () => place.plan(),
    make: (fill) => place.make((target) => fill(kept(target))),
    apply: (options) => place.apply({ ...options, fill: (target) => options.fill(kept(target)) }),
    discard: () => place.discard(),
  };
}

function rulesOf({ config }: DatasetEngine): SessionRules {
  const { idleTimeoutMs, cutAtMidnight, cutOnNewCampaign } = config;
  return { idleTimeoutMs, cutAtMidnight, cutOnNewCampaign };
}

function optionsOf({ config, ownHosts, events, rules }: DatasetEngine) {
  const { slug: dataset, timeZone, addressSecret } = config;
  const eventSet = events?.current();
  return {
    dataset,
    timeZone,
    ownHosts,
    userKey: userKeys(addressSecret),
    eventSet,
    enrichment: rules.current,
  };
}
