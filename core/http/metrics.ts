/** /metrics: the running system in figures for Prometheus. Names only datasets; nothing of a visitor is in it. */
import { Hono } from 'hono';
import { durationBoundsSeconds } from '../engine/duration-book.ts';
import type { Engine } from '../engine/engine.ts';
import type { Datasets } from '../settings/datasets.ts';
import {
  type MetricFamily,
  metricsContentType,
  type Sample,
  writeMetrics,
} from './metrics-text.ts';
import type { StatusOptions } from './status.ts';

/** What the process knows of itself. Lags are those of the thread that answers HTTP, since the last time of asking. */
export interface ProcessMeasures {
  eventLoopLagSeconds: { p50: number; p99: number; max: number };
  residentBytes: number;
  heapBytes: number;
  diskFreeBytes: number | undefined;
}

export interface MetricsOptions extends StatusOptions {
  processMeasures: () => ProcessMeasures;
}

/** The route; who may ask is decided by the app it goes into. */
export function metricsRoutes(options: MetricsOptions): Hono {
  return new Hono().get('/', async (c) =>
    c.body(writeMetrics(await gather(options)), 200, { 'Content-Type': metricsContentType }),
  );
}

async function gather(options: MetricsOptions): Promise<MetricFamily[]> {
  const { engine, datasets, hitCounts, alarms, version, startedAt, processMeasures } = options;
  const measures = await engine.measures();
  return [
    gauge('canister_info', 'The version that runs.', [{ labels: { version }, value: 1 }]),
    gauge('canister_start_time_seconds', 'When it started, since 1970.', [
      { value: startedAt / 1_000 },
    ]),
    {
      name: 'canister_hits_total',
      help: 'What became of hits; the empty dataset is of hits that named none.',
      type: 'counter',
      samples: [...(await hitCounts())].flatMap(([dataset, counts]) =>
        Object.entries(counts).map(([outcome, value]) => ({ labels: { dataset, outcome }, value })),
      ),
    },
    gauge('canister_waiting_hits', 'Hits in the inbox that the engine has not read yet.', [
      { value: await engine.waitingHits() },
    ]),
    gauge('canister_lag_milliseconds', 'How long the oldest of them has been waiting.', [
      { value: measures.lagMs },
    ]),
    ...(await sessionFamilies(engine, datasets)),
    {
      name: 'canister_commit_duration_seconds',
      help: 'How long it took to store a batch of ended sessions.',
      type: 'histogram',
      samples: histogram(measures.commits),
    },
    gauge('canister_engine_waits_for_room', '1 while the disk is full and the engine waits.', [
      { value: measures.waitsForRoom ? 1 : 0 },
    ]),
    gauge(
      'canister_alarm',
      '1 for each alarm that is raised.',
      alarms().map(({ code }) => ({ labels: { code }, value: 1 })),
    ),
    ...processFamilies(processMeasures()),
  ];
}

async function sessionFamilies(engine: Engine, datasets: Datasets): Promise<MetricFamily[]> {
  const all = await datasets.list();
  const figures = await Promise.all(
    all.map(async ({ slug }) => ({ dataset: slug, ...(await engine.figures(slug)) })),
  );
  const by = (pick: (one: (typeof figures)[number]) => number): Sample[] =>
    figures.map((one) => ({ labels: { dataset: one.dataset }, value: pick(one) }));
  return [
    gauge(
      'canister_active_sessions',
      'Sessions that still take hits.',
      by((one) => one.activeSessions),
    ),
    gauge(
      'canister_stored_sessions',
      'Sessions that have ended and are stored.',
      by((one) => one.storedSessions),
    ),
    gauge(
      'canister_stored_hits',
      'Hits of stored sessions.',
      by((one) => one.storedHits),
    ),
    gauge(
      'canister_dataset_held',
      '1 while the stores of the dataset cannot be used and its hits wait.',
      by((one) => (one.held ? 1 : 0)),
    ),
    {
      name: 'canister_event_failures_total',
      help: 'How often an event definition failed on a hit since the start.',
      type: 'counter',
      samples: by((one) => one.events?.failed ?? 0),
    },
    gauge(
      'canister_events_version',
      'The version of the event set in force; 0 is the standard events.',
      by((one) => one.events?.version ?? 0),
    ),
  ];
}

function processFamilies(measures: ProcessMeasures): MetricFamily[] {
  const { p50, p99, max } = measures.eventLoopLagSeconds;
  const { residentBytes, heapBytes, diskFreeBytes } = measures;
  return [
    gauge('canister_event_loop_lag_seconds', 'How late the thread that answers HTTP was.', [
      { labels: { quantile: '0.5' }, value: p50 },
      { labels: { quantile: '0.99' }, value: p99 },
      { labels: { quantile: '1' }, value: max },
    ]),
    gauge('process_resident_memory_bytes', 'Memory of the process.', [{ value: residentBytes }]),
    gauge('canister_heap_used_bytes', 'Heap in use in the thread that answers HTTP.', [
      { value: heapBytes },
    ]),
    gauge(
      'canister_disk_free_bytes',
      'Free room on the disk of the data folder.',
      diskFreeBytes === undefined ? [] : [{ value: diskFreeBytes }],
    ),
  ];
}

function histogram({
  count,
  sumSeconds,
  withinBounds,
}: Awaited<ReturnType<Engine['measures']>>['commits']): Sample[] {
  return [
    ...durationBoundsSeconds.map((bound, index) => ({
      suffix: '_bucket',
      labels: { le: String(bound) },
      value: withinBounds[index] ?? 0,
    })),
    { suffix: '_bucket', labels: { le: '+Inf' }, value: count },
    { suffix: '_sum', value: sumSeconds },
    { suffix: '_count', value: count },
  ];
}

function gauge(name: string, help: string, samples: readonly Sample[]): MetricFamily {
  return { name, help, type: 'gauge', samples };
}
