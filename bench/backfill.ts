/**
 * How many stored sessions a second an event is run over: as a dry run, and as a backfill that writes its facts. The
 * baseline is reading the same sessions out of the same canister in the same run, and nothing else.
 */
import { countPast, pastOf, rangeOf } from '../core/canisters/past.ts';
import { type EventDefinitionInput, eventDefinitionSchema } from '../core/contract/event.ts';
import { createEventDesk, type EventDesk } from '../core/desks/event-desk.ts';
import { standardEventSet } from '../core/events/standard-events.ts';
import { openLibsqlEvents } from '../core/stores/libsql-events.ts';
import { createWorld, type World } from '../core/testing/world.ts';
import { median } from './product.ts';

const slug = 'bench';
const paths = ['/', '/tea?sort=price', '/tea/green', '/cart', '/help', '/missing'];
const visitorsPerMinute = 50;
const pollMs = 5;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** What each figure is of: one literal, and the standard events beside it in the set. */
const event: EventDefinitionInput = {
  name: 'Cart seen',
  trigger: 'every_hit',
  condition: 'request.path = "/cart" and response.status = 200',
  record: { kind: 'text', from: { kind: 'field', field: 'request.path' } },
};

export interface BackfillBenchResult {
  sessions: number;
  hits: number;
  /** Sessions in which the event fired, and its facts: the same in both ways. */
  fired: number;
  facts: number;
  readingSessionsPerSecond: number;
  dryRunSessionsPerSecond: number;
  backfillSessionsPerSecond: number;
  /** Backfilling against reading alone. */
  ratio: number;
  memoryMbMax: number;
}

/** `BENCH_SESSIONS` (40,000) says how many sessions of six hits there are, `BENCH_ROUNDS` (3) how often. */
export async function backfill(): Promise<BackfillBenchResult> {
  const wanted = Number(process.env.BENCH_SESSIONS ?? 40_000);
  const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
  const world = await createWorld();
  try {
    await world.dataset({ slug });
    for (let from = 0; from < wanted; from += 10_000) {
      const log = logOf(from, Math.min(wanted, from + 10_000));
      await world.importText(slug, { [`access-${from}.log`]: log });
    }
    const desk = createEventDesk({
      book: openLibsqlEvents(world.control, world.now),
      engine: world.engine,
      standard: standardEventSet,
    });
    const readings: number[] = [];
    const dryRuns: number[] = [];
    const backfills: number[] = [];
    let [fired, facts] = [0, 0];
    for (let round = 0; round < rounds; round += 1) {
      readings.push(await timed(wanted, () => readAlone(world)));
      // Another condition that finds the same: what did the same before would not be run again.
      await save(desk, round);
      dryRuns.push(await timed(wanted, () => dryRun(world, desk)));
      await desk.publish(slug, { events: [event.name] }, 'cli');
      backfills.push(
        await timed(wanted, async () => {
          ({ fired, facts } = await runBackfill(world, desk));
        }),
      );
    }
    const [readingSessionsPerSecond, backfillSessionsPerSecond] = [
      median(readings),
      median(backfills),
    ];
    return {
      sessions: wanted,
      hits: wanted * paths.length,
      fired,
      facts,
      readingSessionsPerSecond,
      dryRunSessionsPerSecond: median(dryRuns),
      backfillSessionsPerSecond,
      ratio: Math.round((backfillSessionsPerSecond / readingSessionsPerSecond) * 100) / 100,
      memoryMbMax: Math.round(process.resourceUsage().maxRSS / 1_024),
    };
  } finally {
    await world.close();
  }
}

async function timed(sessions: number, work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return Math.round(sessions / ((performance.now() - startedAt) / 1_000));
}

async function save(desk: EventDesk, round: number): Promise<void> {
  const condition = `${event.condition} and hit.number > ${-round}`;
  const definition = eventDefinitionSchema.parse({ ...event, condition });
  await desk.save(slug, { kind: 'event', definition }, 'cli');
}

async function readAlone(world: World): Promise<void> {
  const stores = world.stores(slug);
  const range = rangeOf({}, 'UTC');
  for (const { day } of await countPast(stores.analytics, range)) {
    for await (const { unreadable } of pastOf(stores, range, day, undefined))
      if (unreadable > 0) throw new Error(`${unreadable} sessions of ${day} cannot be read`);
  }
}

async function dryRun(world: World, desk: EventDesk): Promise<void> {
  let run = await world.engine.beginDryRun(slug, await desk.trial(slug, event.name));
  while (run.state === 'waiting' || run.state === 'running') {
    await new Promise((resolve) => setTimeout(resolve, pollMs));
    run = await world.engine.dryRun(slug, run.number);
  }
  if (run.state !== 'done') throw new Error(run.reason);
}

async function runBackfill(world: World, desk: EventDesk) {
  const asked = await desk.publishedEvent(slug, event.name);
  let run = await world.engine.beginBackfill(slug, asked);
  while (run.state === 'waiting' || run.state === 'running') {
    await new Promise((resolve) => setTimeout(resolve, pollMs));
    run = (await world.engine.backfills(slug)).find(({ number }) => number === run.number) ?? run;
  }
  if (run.state !== 'done') throw new Error(run.reason);
  return { fired: run.sessionsFired, facts: run.facts };
}

/** People who each ask for six pages, a minute apart; every fourth never looks into the cart. */
function logOf(from: number, to: number): string {
  const lines: { at: number; line: string }[] = [];
  for (let visitor = from; visitor < to; visitor += 1) {
    const startedAt = Date.UTC(2026, 10, 1) + Math.floor(visitor / visitorsPerMinute) * 60_000;
    const address = `10.${(visitor >> 16) & 255}.${(visitor >> 8) & 255}.${visitor & 255}`;
    paths.forEach((path, index) => {
      const at = startedAt + index * 60_000;
      const asked = path === '/cart' && visitor % 4 === 0 ? '/' : path;
      const status = asked === '/missing' ? 404 : 200;
      lines.push({
        at,
        line: `${address} - - [${clfTime(at)}] "GET ${asked} HTTP/1.1" ${status} ${1_000 + index} "https://shop.example/" "Mozilla/5.0 (X11; Linux x86_64; rv:157.0) Gecko/20100101 Firefox/157.${visitor % 100}"`,
      });
    });
  }
  return `${lines
    .sort((one, other) => one.at - other.at)
    .map(({ line }) => line)
    .join('\n')}\n`;
}

function clfTime(at: number): string {
  const time = new Date(at);
  const two = (value: number) => String(value).padStart(2, '0');
  const clock = `${two(time.getUTCHours())}:${two(time.getUTCMinutes())}:${two(time.getUTCSeconds())}`;
  return `${two(time.getUTCDate())}/${months[time.getUTCMonth()]}/${time.getUTCFullYear()}:${clock} +0000`;
}
