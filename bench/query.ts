/**
 * How long the queries of reports take over 10 million hits, against the plain SQL that a person would write for the
 * same table, in the same file and run. Cold is the first time, warm the median of the others.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnalyticsStore } from '../core/analytics/analytics-store.ts';
import { runAnalysis } from '../core/analytics/run-analysis.ts';
import { runQuery } from '../core/analytics/run-query.ts';
import { type AnalysisInput, analysisSchema } from '../core/contract/analysis.ts';
import { type Definitions, noDefinitions } from '../core/contract/definition.ts';
import { labelSchema } from '../core/contract/label.ts';
import { type QueryInput, querySchema } from '../core/contract/query.ts';
import { openDuckDbAnalytics } from '../core/stores/duckdb-analytics.ts';
import { builtInReports } from '../reports/definitions/catalog.ts';
import { type ReportSource, runReport } from '../reports/run/run-report.ts';
import { median } from './product.ts';
import { byHand, fillAnalytics } from './query-data.ts';

const zone = 'Europe/Berlin';
const range = { from: '2026-11-01', to: '2026-12-01' };
const labelNames = ['Mobile', 'Google', 'Germany', 'Deep'];
const definitions: Definitions = {
  ...noDefinitions,
  labels: [
    labelSchema.parse({ name: 'Mobile', condition: 'device.type = "mobile"' }),
    labelSchema.parse({ name: 'Google', condition: 'source = "Google"' }),
    labelSchema.parse({ name: 'Germany', condition: 'country = "DE"', inverse: true }),
    labelSchema.parse({ name: 'Deep', condition: 'session.page_views >= 8', parent: 'Mobile' }),
  ],
  goals: [{ name: 'Done', condition: 'session.page_views >= 8' }],
  funnels: [
    {
      name: 'Order',
      semantics: 'ordered',
      stages: [
        { name: 'Shop', condition: 'request.path = "/page/1"' },
        { name: 'Cart', condition: 'request.path = "/page/2"' },
        { name: 'Done', condition: 'request.path = "/page/3"' },
      ],
    },
  ],
};

type Asked = Omit<QueryInput, 'range'>;
const queries: Record<keyof typeof byHand, Asked> = {
  totals: { metrics: ['sessions', 'visitors', 'bounce_rate', 'session_duration', 'page_depth'] },
  by_day: { metrics: ['sessions', 'visitors'], dimensions: ['day'] },
  page_views_by_day: { metrics: ['page_views'], dimensions: ['day'] },
  pages: { metrics: ['page_views', 'entries', 'exits', 'time_on_page'], dimensions: ['path'] },
  page_visitors: { metrics: ['page_views', 'visitors'], dimensions: ['path'] },
  entry_pages: { metrics: ['sessions', 'bounce_rate'], dimensions: ['entry_path'] },
  referrers: { metrics: ['sessions', 'visitors'], dimensions: ['referrer'] },
  technology: { metrics: ['sessions'], dimensions: ['browser', 'system', 'device'] },
  countries: { metrics: ['sessions', 'visitors'], dimensions: ['country'] },
  time_of_day: { metrics: ['sessions'], dimensions: ['weekday', 'hour'] },
  statuses: { metrics: ['hits'], dimensions: ['status'] },
  events: { metrics: ['custom_events'], dimensions: ['event'] },
};

const analyses: AnalysisInput[] = [
  { kind: 'navigation', range, page: '/page/1' },
  { kind: 'paths', range, page: '/page/1' },
  { kind: 'funnel', range, funnel: 'Order' },
  { kind: 'retention', range },
  { kind: 'movers', range },
  { kind: 'changes', range, comparison: 'previous_period' },
];

interface Times {
  coldMs: number;
  warmMs: number;
  /** Of all threads: says more than the clock where others use the machine too. */
  cpuMs: number;
}

export interface QueryResult {
  hits: number;
  sessions: number;
  /** 0 where it was built before. */
  buildSeconds: number;
  medianMs: number;
  slowestMs: number;
  /** Each against the plain SQL (`ratio`), and with four labels against itself without (`labelsRatio`). */
  queries: Record<
    string,
    Times & {
      byHandMs: number;
      ratio: number;
      cpuRatio: number;
      labelsMs: number;
      labelsRatio: number;
      labelsCpuRatio: number;
    }
  >;
  analyses: Record<string, Times>;
  /** Whole reports that come with Canister, all panels one after the other. */
  reports: Record<string, Times>;
}

/**
 * `BENCH_HITS` (10,000,000) says how many hits, ten a session; `BENCH_ROUNDS` (5) how often each is asked. `BENCH_FOLDER`
 * keeps what was built: a second run asks only.
 */
export async function query(): Promise<QueryResult> {
  const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
  const kept = process.env.BENCH_FOLDER;
  const folder = kept ?? mkdtempSync(join(tmpdir(), 'canister-bench-'));
  const file = join(folder, 'analytics.duckdb');
  const isBuilt = existsSync(file);
  const store = await openDuckDbAnalytics(file, zone);
  const startedAt = performance.now();
  try {
    if (!isBuilt) {
      await fillAnalytics(store, Number(process.env.BENCH_HITS ?? 10_000_000));
      await store.checkpoint();
    }
    const buildSeconds = Math.round((performance.now() - startedAt) / 1_000);
    const { rows } = await store.query(
      'SELECT (SELECT count(*) FROM store.hits), (SELECT count(*) FROM store.sessions)',
      [],
    );
    const [hits, sessions] = (rows[0] ?? []).map(Number);
    const sizes = { hits: hits ?? 0, sessions: sessions ?? 0, buildSeconds };
    return { ...sizes, ...(await measureAll(store, rounds)) };
  } finally {
    await store.close();
    if (kept === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

async function measureAll(store: AnalyticsStore, rounds: number) {
  const result: Pick<QueryResult, 'queries' | 'analyses' | 'reports'> = {
    queries: {},
    analyses: {},
    reports: {},
  };
  for (const [name, asked] of Object.entries(queries)) {
    const ask = (more: Partial<Asked>) =>
      runQuery(store, querySchema.parse({ ...asked, ...more, range }), zone, definitions);
    const plain = await measure(rounds, () => ask({}));
    const labels = await measure(rounds, () => ask({ labels: labelNames }));
    const hand = await measure(rounds, () => store.query(byHand[name as keyof typeof byHand], []));
    result.queries[name] = {
      ...plain,
      byHandMs: hand.warmMs,
      ratio: round2(plain.warmMs / hand.warmMs),
      cpuRatio: round2(plain.cpuMs / hand.cpuMs),
      labelsMs: labels.warmMs,
      labelsCpuRatio: round2(labels.cpuMs / plain.cpuMs),
      labelsRatio: round2(labels.warmMs / plain.warmMs),
    };
  }
  for (const asked of analyses) {
    const analysis = analysisSchema.parse(asked);
    result.analyses[analysis.kind] = await measure(rounds, () =>
      runAnalysis(store, analysis, zone, definitions),
    );
  }
  const source = sourceOf(store);
  for (const { name } of builtInReports) {
    const dataset = { slug: 'bench', name: 'Bench', timeZone: zone };
    const request = { name, dataset, range, robots: false };
    result.reports[name] = await measure(rounds, () =>
      runReport(request, { source, clock: () => 0 }),
    );
  }
  const times = [...Object.values(result.queries), ...Object.values(result.analyses)];
  const warm = times.map(({ warmMs }) => warmMs);
  return { medianMs: median(warm), slowestMs: Math.max(...warm), ...result };
}

function sourceOf(store: AnalyticsStore): ReportSource {
  return {
    query: (_, asked) => runQuery(store, asked, zone, definitions),
    analyze: (_, asked) => runAnalysis(store, asked, zone, definitions),
    savedQuery: () => Promise.reject(new Error('no report of these asks SQL')),
    names: async (_, kind) => (kind === 'funnel' ? ['Order'] : kind === 'goal' ? ['Done'] : []),
    annotations: async () => [],
    ownReports: async () => [],
  };
}

async function measure(rounds: number, work: () => Promise<unknown>): Promise<Times> {
  const times: number[] = [];
  const cpus: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const [startedAt, cpu] = [performance.now(), process.cpuUsage()];
    await work();
    times.push(round1(performance.now() - startedAt));
    const { user, system } = process.cpuUsage(cpu);
    cpus.push(round1((user + system) / 1_000));
  }
  const [coldMs = 0, ...others] = times;
  return { coldMs, warmMs: median(others), cpuMs: median(cpus.slice(1)) };
}

const round1 = (value: number) => Math.round(value * 10) / 10;
const round2 = (value: number) => Math.round(value * 100) / 100;
