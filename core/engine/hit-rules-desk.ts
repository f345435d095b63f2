/** The hit rules of a running dataset: changed, tried, and brought to its past; and what exclusions have left out. */
import { enrichedCanister } from '../canisters/enriched-canister.ts';
import type { Report } from '../canisters/long-term.ts';
import type { ExcludedHits, HitRules, HitTrial, HitTrialResult } from '../contract/hit-rules.ts';
import { Problem } from '../contract/problem.ts';
import type { RebuildResult } from '../contract/upkeep.ts';
import { addressCutter } from '../hits/client-address.ts';
import { compileEnrichment, type Enrichment, type PlaceOf } from '../hits/enrichment.ts';
import { normalizeHit, UnusableHit } from '../hits/normalize-hit.ts';
import type { DatasetEngine } from './dataset-engine.ts';

/** Excluded hits of one hour. */
export interface ExcludedHour {
  /** Beginning of the hour, epoch milliseconds. */
  at: number;
  rule: string;
  hits: number;
}

const hourMs = 3_600_000;

/** Hits that come from now on are taken by these. @throws Problem `condition_invalid`; nothing was changed then */
export function useHitRules(
  dataset: DatasetEngine,
  rules: HitRules,
  placeOf: PlaceOf | undefined,
): void {
  const { timeZone } = dataset.config;
  dataset.rules.current = compileEnrichment(rules, { timeZone, placeOf });
  dataset.config = { ...dataset.config, hitRules: rules };
}

/** Makes the tables anew by the rules in force: so the past comes under them, and what they leave out no more is back. */
export async function rebuildByRules(
  dataset: DatasetEngine,
  acceptLoss: boolean,
  report?: Report,
): Promise<RebuildResult> {
  const { rules, rawCanister, commit } = dataset;
  const { current } = rules;
  const canister = enrichedCanister(rawCanister, { current, tables: current });
  const result = await commit.rebuild(acceptLoss, report, { canister, rules: current.rules });
  rules.tables = current;
  return result;
}

const trialAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:157.0) Gecko/20100101 Firefox/157.0';

/** What would become of a request, by the rules in force or by others. Nothing is stored. */
export function tryHitRules(
  { config, rules, ownHosts }: DatasetEngine,
  trial: HitTrial,
  placeOf: PlaceOf | undefined,
): HitTrialResult {
  const version = rules.current.rules.version;
  const enrichment: Enrichment =
    trial.rules === undefined
      ? rules.current
      : compileEnrichment({ ...trial.rules, version }, { timeZone: config.timeZone, placeOf });
  const { prefix } = trial.address ? addressCutter(config.addressSecret)(trial.address) : {};
  if (trial.address && prefix === undefined)
    throw new Problem('request_invalid', `${trial.address} is no IP address.`);
  const { hit, context, excludedBy } = normalized(trial, enrichment, ownHosts, prefix);
  const place = { country: context.country, region: context.region, city: context.city };
  return {
    version,
    ...(trial.url === undefined
      ? {}
      : {
          page: {
            host: hit.host,
            path: hit.path,
            ...(hit.query === undefined ? {} : { query: hit.query }),
            ...(hit.targetBefore === undefined ? {} : { before: hit.targetBefore }),
          },
        }),
    acquisition: texts(context.acquisition()),
    technology: texts(context.technology),
    place: texts(place),
    ...(prefix === undefined ? {} : { addressPrefix: prefix }),
    ...(excludedBy === undefined ? {} : { excludedBy }),
  };
}

function normalized(
  { url = 'https://site.example/', referrer, userAgent = trialAgent }: HitTrial,
  enrichment: Enrichment,
  ownHosts: (host: string) => boolean,
  addressPrefix: string | undefined,
) {
  const received = {
    id: '0'.repeat(32),
    type: 'page_view' as const,
    visitor: 'trial',
    url,
    ...(referrer === undefined ? {} : { referrer }),
    client: { userAgent, ...(addressPrefix === undefined ? {} : { addressPrefix }) },
  };
  try {
    // Rules that are tried exclude also where nobody has set any yet.
    const rules = { ...enrichment.rules, version: Math.max(1, enrichment.rules.version) };
    return normalizeHit(received, 0, ownHosts, { ...enrichment, rules });
  } catch (error) {
    if (!(error instanceof UnusableHit)) throw error;
    throw new Problem(
      'request_invalid',
      `"${url.slice(0, 200)}" cannot be used as a URL: write it whole, such as https://shop.example/teas?page=2.`,
    );
  }
}

const texts = (values: object): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)]],
    ),
  );

/** What exclusions have left out of the figures, stored or not, by rule and origin. */
export async function excludedHits(dataset: DatasetEngine): Promise<ExcludedHits> {
  const { rows } = await dataset.analytics.query(
    'SELECT rule, origin, count(*), max(epoch_ms("at")) FROM store.excluded_hits GROUP BY ALL',
    [],
  );
  const found = new Map<string, ExcludedHits[number]>();
  const add = (rule: string, origin: string, hits: number, lastAt: number) => {
    const key = `${origin} ${rule}`;
    const known = found.get(key) ?? { rule, origin, hits: 0, lastAt };
    found.set(key, { ...known, hits: known.hits + hits, lastAt: Math.max(known.lastAt, lastAt) });
  };
  for (const [rule, origin, hits, lastAt] of rows)
    add(String(rule), String(origin), Number(hits), Number(lastAt));
  for (const { excludedBy, origin, at } of unstored(dataset)) add(excludedBy, origin, 1, at);
  return [...found.values()].sort((a, b) => b.hits - a.hits || (a.rule < b.rule ? -1 : 1));
}

/**
 * The same for hits of trackers by the hour in which they came. The collector took them and counts them as accepted:
 * who shows its counters takes these from there. The lines of an import are counted by its summary.
 */
export async function excludedHours(dataset: DatasetEngine): Promise<ExcludedHour[]> {
  const { rows } = await dataset.analytics.query(
    `SELECT epoch_ms(received_at) // ${hourMs}, rule, count(*) FROM store.excluded_hits
     WHERE origin = 'tracker' GROUP BY ALL`,
    [],
  );
  const found = new Map<string, ExcludedHour>();
  const add = (hour: number, rule: string, hits: number) => {
    const key = `${hour} ${rule}`;
    const known = found.get(key) ?? { at: hour * hourMs, rule, hits: 0 };
    found.set(key, { ...known, hits: known.hits + hits });
  };
  for (const [hour, rule, hits] of rows) add(Number(hour), String(rule), Number(hits));
  for (const { excludedBy, origin, at, arrivedAt = at } of unstored(dataset))
    if (origin === 'tracker') add(Math.floor(arrivedAt / hourMs), excludedBy, 1);
  return [...found.values()].sort((a, b) => a.at - b.at);
}

function* unstored({ active, ended }: DatasetEngine) {
  // Hardly any session has some, and a list of none is slow to walk.
  for (const { session } of active.values())
    if (session.excludedHits !== undefined) yield* session.excludedHits;
  for (const { session } of ended)
    if (session.excludedHits !== undefined) yield* session.excludedHits;
}
