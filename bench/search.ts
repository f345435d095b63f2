/**
 * How fast a text is found: `BENCH_SESSIONS` (1,000,000) stored sessions with ten indexed values each, looked up in the
 * index, and searched for as the API does. The baseline is an FTS5 trigram table with one row a value, in the same run,
 * asked for the same sessions. `BENCH_FOLDER` keeps what was built: a second run with the same number asks only.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type IndexedSession, valuesOf } from '../core/canisters/session-index.ts';
import { conditionSession } from '../core/conditions/condition-session.ts';
import { searchRequestSchema } from '../core/contract/search.ts';
import type { Session } from '../core/contract/session.ts';
import { type DatasetEngine, openDatasetEngine } from '../core/engine/dataset-engine.ts';
import { searchSessions } from '../core/engine/search-sessions.ts';
import { openDataFolder } from '../core/stores/data-folder.ts';
import { openDatasetStores } from '../core/stores/dataset-stores.ts';
import { openPastStores } from '../core/stores/libsql-backfills.ts';
import { type LibsqlFile, openLibsqlFile } from '../core/stores/libsql-file.ts';
import { openKeyring } from '../core/stores/master-key.ts';
import { controlMigrations } from '../core/stores/migrations/migrations.ts';
import { addToBaseline, inBaseline, openBaseline, sizeOf } from './search-baseline.ts';
import { addTerms, batches, fields, nowMs, sessionsPerBatch, type Term } from './search-data.ts';

const termsPerKind = 20;

interface Times {
  medianMs: number;
  p99Ms: number;
}

interface TermResult {
  sessionsMedian: number;
  cold: { index: Times; fts5: Times };
  warm: { index: Times; fts5: Times; search: Times };
  /** Index against FTS5, warm, by the median. */
  ratio: number;
}

export interface SearchResult {
  sessions: number;
  values: number;
  differentValues: number;
  index: { buildSeconds: number; bytes: number };
  fts5: { buildSeconds: number; bytes: number };
  tables: { buildSeconds: number };
  terms: Record<string, TermResult>;
  /** Terms for which index and FTS5 named other sessions: must be 0. */
  different: number;
}

export async function search(): Promise<SearchResult> {
  const total = Number(process.env.BENCH_SESSIONS ?? 1_000_000);
  const kept = process.env.BENCH_FOLDER;
  const folder = kept ?? mkdtempSync(join(tmpdir(), 'canister-bench-'));
  mkdirSync(folder, { recursive: true });
  // Written last: what was stopped on its way is not asked.
  const builtFile = join(folder, `built-${total}`);
  const isBuilt = existsSync(builtFile);
  if (!isBuilt && existsSync(join(folder, 'baseline.db')))
    throw new Error(
      `${folder} holds something else, or a build that was stopped: name an empty one`,
    );
  const note = (text: string) => process.stderr.write(`${text}\n`);
  const control = await openLibsqlFile(join(folder, 'control.db'), controlMigrations);
  const baselineFile = join(folder, 'baseline.db');
  let baseline = await openBaseline(baselineFile);
  try {
    let dataset = await openDataset(folder, control);
    const seconds = { index: 0, fts5: 0, tables: 0 };
    const timed = async (part: keyof typeof seconds, work: () => Promise<unknown>) => {
      const from = performance.now();
      await work();
      seconds[part] += (performance.now() - from) / 1_000;
    };
    let values = 0;
    const terms = new Map<string, Term>();
    for (const { sessions, first } of batches(total)) {
      const indexed = sessions.map(
        (session): IndexedSession => ({
          id: session.id,
          day: '',
          values: valuesOf(conditionSession(session), fields),
        }),
      );
      values += indexed.reduce((sum, one) => sum + one.values.length, 0);
      if (first % Math.ceil(total / termsPerKind) < sessionsPerBatch) addTerms(terms, sessions[0]);
      if (isBuilt) continue;
      await timed('tables', () => storeAll(dataset, sessions));
      await timed('index', () => indexAll(dataset, indexed));
      await timed('fts5', () => addToBaseline(baseline, indexed, first));
      if (first % 100_000 === 0)
        note(`${first} of ${total} sessions, seconds so far: ${JSON.stringify(seconds)}`);
    }
    await dataset.analytics.checkpoint();
    while (await dataset.index?.step());
    const state = await dataset.index?.state();
    writeFileSync(builtFile, '');
    // Opened anew nothing is in the memory of the process; the pages of the files may be in that of the system.
    await dataset.close();
    baseline.close();
    dataset = await openDataset(folder, control);
    baseline = await openBaseline(baselineFile);
    const { results, different } = await askAll(dataset, baseline, [...terms.values()]);
    await dataset.close();
    return {
      sessions: state?.storedSessions ?? 0,
      values,
      differentValues: state?.values ?? 0,
      index: { buildSeconds: Math.round(seconds.index), bytes: state?.bytes ?? 0 },
      fts5: { buildSeconds: Math.round(seconds.fts5), bytes: sizeOf(baselineFile) },
      tables: { buildSeconds: Math.round(seconds.tables) },
      terms: results,
      different,
    };
  } finally {
    baseline.close();
    control.close();
    if (kept === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

async function openDataset(folder: string, control: LibsqlFile): Promise<DatasetEngine> {
  const paths = openDataFolder(folder);
  const clock = () => nowMs;
  const { keys, drop } = await openKeyring({ file: paths.masterKeyFile, control, clock });
  const config = {
    slug: 'bench',
    hosts: [],
    timeZone: 'UTC',
    idleTimeoutMs: 1_800_000,
    cutAtMidnight: false,
    cutOnNewCampaign: false,
    addressSecret: 'bench',
    index: { fields, pageText: false },
  };
  return await openDatasetEngine(config, ({ slug, timeZone }) =>
    openDatasetStores({
      slug,
      timeZone,
      paths: paths.dataset(slug),
      keys,
      dropKey: drop,
      control,
      acceptLoss: false,
      say: () => {},
      setRules: async () => {},
      past: openPastStores(control, clock, slug),
    }),
  );
}

/** The protocol of the engine: canister, then tables. */
async function storeAll(dataset: DatasetEngine, sessions: readonly Session[]): Promise<void> {
  const ended = sessions.map((session) => ({
    session,
    endReason: 'idle' as const,
    firstSeq: 0,
    lastSeq: 0,
    devices: [],
  }));
  await dataset.commit.store(ended);
}

/** As the engine does it, but for reading the sessions again: their values are at hand. */
async function indexAll(dataset: DatasetEngine, sessions: readonly IndexedSession[]) {
  const file = dataset.index?.serving;
  if (file === undefined) throw new Error('there is no index');
  const { rows } = await dataset.analytics.query(
    'SELECT segment_day, max(segment_offset) + 1 FROM store.sessions GROUP BY segment_day',
    [],
  );
  const through = new Map(rows.map(([day, end]) => [String(day), Number(end)]));
  const day = String(rows.at(-1)?.[0]);
  for (let from = 0; from < sessions.length; from += sessionsPerBatch) {
    const chunk = sessions.slice(from, from + sessionsPerBatch).map((one) => ({ ...one, day }));
    await file.add(chunk, from + sessionsPerBatch >= sessions.length ? through : new Map());
  }
}

async function askAll(dataset: DatasetEngine, baseline: LibsqlFile, terms: readonly Term[]) {
  const results: Record<string, TermResult> = {};
  let different = 0;
  for (const kind of new Set(terms.map((term) => term.kind))) {
    const own = terms.filter((term) => term.kind === kind);
    const cold = { index: [] as number[], fts5: [] as number[] };
    const warm = { index: [] as number[], fts5: [] as number[], search: [] as number[] };
    const counts: number[] = [];
    for (const term of own) {
      const named = await clocked(cold.index, () => inIndex(dataset, term));
      const expected = await clocked(cold.fts5, () => inBaseline(baseline, term));
      counts.push(expected);
      if (named !== undefined && named !== expected) different += 1;
    }
    for (let round = 0; round < 5; round += 1)
      for (const term of own) {
        await clocked(warm.index, () => inIndex(dataset, term));
        await clocked(warm.fts5, () => inBaseline(baseline, term));
        const answer = await clocked(warm.search, () => asSearch(dataset, term));
        if (round === 0 && answer !== counts[own.indexOf(term)]) different += 1;
      }
    const [index, fts5] = [timesOf(warm.index), timesOf(warm.fts5)];
    results[kind] = {
      sessionsMedian: counts.sort((one, other) => one - other)[counts.length >> 1] ?? 0,
      cold: { index: timesOf(cold.index), fts5: timesOf(cold.fts5) },
      warm: { index, fts5, search: timesOf(warm.search) },
      ratio: Number((index.medianMs / fts5.medianMs).toFixed(2)),
    };
  }
  return { results, different };
}

/** The number of sessions; undefined where the index leaves it to the tables. */
async function inIndex({ index }: DatasetEngine, { field, text }: Term) {
  return (await index?.serving?.find({ field, literals: [text] }))?.length;
}

async function asSearch(dataset: DatasetEngine, { field, text }: Term): Promise<number> {
  const request = searchRequestSchema.parse({ condition: `${field} contains "${text}"` });
  return (await searchSessions(dataset, request, nowMs)).sessions;
}

async function clocked<T>(times: number[], work: () => Promise<T>): Promise<T> {
  const from = performance.now();
  const result = await work();
  times.push(performance.now() - from);
  return result;
}

function timesOf(times: readonly number[]): Times {
  const sorted = [...times].sort((one, other) => one - other);
  const at = (share: number) =>
    Number(
      (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(2),
    );
  return { medianMs: at(0.5), p99Ms: at(0.99) };
}
