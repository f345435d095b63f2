/**
 * One seed, one history: the real engine over stores in memory, with senders that retry, and a machine that crashes
 * at any moment, loses its write-ahead log, hears things twice and has a clock that jumps. Afterwards every hit that
 * was acknowledged must be stored once, and the tables must be those of the same inbox without a single fault.
 */
import { usualActiveLimits } from '../canisters/room.ts';
import type { ReceivedHit } from '../contract/hit.ts';
import type { DatasetEngine } from '../dataset-engine.ts';
import { type RunningEngine, runEngine } from '../run-engine.ts';
import type { InboxRow } from '../sources/inbox-source.ts';
import {
  appendToInbox,
  type MemoryDisk,
  memoryAnalytics,
  memoryCanister,
  memoryInbox,
  newMemoryDisk,
  tableTexts,
} from '../stores/memory-stores.ts';
import { createRandom, createUuid, type Random } from './seed/random.ts';

const idleTimeoutMs = 30 * 60_000;
const startMs = Date.UTC(2026, 0, 5, 8);
const hourMs = 3_600_000;

/** A fault that can be planted, to show that the simulation would find it. */
export type PlantedBug =
  | 'acknowledge-first'
  | 'no-replay-guard'
  | 'prune-without-checkpoint'
  | 'low-ahead'
  | 'commit-without-rows'
  | 'session-id-from-clock';

export interface SimulationResult {
  seed: number;
  acknowledged: number;
  stored: number;
  crashes: number;
  /** How often a crash came at each moment. */
  moments: Map<string, number>;
  /** What is wrong; empty when nothing is. */
  faults: string[];
}

class Crash extends Error {}

/** A sender's hit: sent until it is acknowledged. */
interface Pending {
  id: string;
  visitor: string;
  path: string;
}

export async function simulate(seed: number, bug?: PlantedBug): Promise<SimulationResult> {
  return await new History(seed, bug).run();
}

class History {
  readonly #seed: number;
  readonly #bug: PlantedBug | undefined;
  readonly #random: Random;
  readonly #disk: MemoryDisk = newMemoryDisk();
  readonly #log: InboxRow[] = [];
  readonly #accepted = new Set<string>();
  readonly #acknowledged = new Set<string>();
  readonly #moments = new Map<string, number>();
  readonly #faults: string[] = [];
  #pending: Pending[] = [];
  #volatile: Pending[] = [];
  #engine: RunningEngine | undefined;
  #alive = 0;
  #crashes = 0;
  #now = startMs;

  constructor(seed: number, bug: PlantedBug | undefined) {
    this.#seed = seed;
    this.#bug = bug;
    this.#random = createRandom(seed);
  }

  async run(): Promise<SimulationResult> {
    const turns = this.#random.whole(60, 140);
    const calm = Math.floor(turns * 0.8);
    for (let turn = 0; turn < turns; turn += 1) {
      this.#act();
      await this.#deliver(turn < calm);
      await this.#work(turn < calm ? 0.03 : 0);
    }
    await this.#bringToRest();
    await this.#judge();
    const stored = this.#disk.committed.sessions.reduce(
      (sum, { session }) => sum + session.hits.length,
      0,
    );
    return {
      seed: this.#seed,
      acknowledged: this.#acknowledged.size,
      stored,
      crashes: this.#crashes,
      moments: this.#moments,
      faults: this.#faults,
    };
  }

  /** Visitors do something, and time goes on: by seconds, over an idle timeout, or back by an hour. */
  #act(): void {
    const hits = this.#random.whole(0, 8);
    for (let hit = 0; hit < hits; hit += 1) {
      // Some visitors stay for hours while others come and go: sessions end while older ones are still open.
      const visitor = this.#random.chance(0.5)
        ? `r${this.#random.whole(1, 3)}`
        : `v${this.#random.whole(1, 30)}`;
      this.#pending.push({
        id: createUuid(this.#now, this.#random),
        visitor,
        path: `/${this.#random.whole(1, 9)}`,
      });
    }
    const pace = this.#random.whole(1, 30);
    if (pace === 1) this.#now -= hourMs;
    else if (pace <= 3) this.#now += idleTimeoutMs + this.#random.whole(1, 60_000);
    else this.#now += this.#random.whole(100, 8 * 60_000);
  }

  /** Senders send what was not acknowledged, in any order; answers get lost, and some are sent twice. */
  async #deliver(isFaulty: boolean): Promise<void> {
    const waiting: Pending[] = [];
    for (const hit of this.#pending.sort(() => (this.#random.chance(0.5) ? -1 : 1))) {
      if (isFaulty && this.#random.chance(0.1)) {
        waiting.push(hit);
        continue;
      }
      if (this.#bug === 'acknowledge-first') this.#volatile.push(hit);
      else this.#accept(hit);
      if (this.#random.chance(0.1)) this.#accept(hit);
      if (isFaulty && this.#random.chance(0.1)) waiting.push(hit);
      else this.#acknowledged.add(hit.id);
    }
    this.#pending = waiting;
    if (this.#random.chance(0.7)) this.#flushVolatile();
  }

  #accept({ id, visitor, path }: Pending): void {
    if (this.#accepted.has(id)) return;
    this.#accepted.add(id);
    const hit: ReceivedHit = {
      id,
      type: 'page_view',
      visitor,
      url: `https://shop.example${path}`,
      client: { userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Firefox/157.0' },
    };
    const body = new TextEncoder().encode(JSON.stringify(hit));
    this.#log.push(appendToInbox(this.#disk, { dataset: 'shop', body }, this.#now));
  }

  #flushVolatile(): void {
    for (const hit of this.#volatile.splice(0)) this.#accept(hit);
  }

  /** The engine takes some steps; with this probability a moment is its last. */
  async #work(crashChance: number): Promise<void> {
    try {
      this.#engine ??= await this.#start(crashChance);
      for (let steps = this.#random.whole(1, 4); steps > 0; steps -= 1) await this.#engine.step();
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      this.#crash();
    }
  }

  #crash(): void {
    this.#crashes += 1;
    this.#alive += 1;
    this.#engine = undefined;
    // What was not on the disk yet is gone with the process.
    this.#volatile = [];
    // A torn write-ahead log is set aside: the tables are those of the last checkpoint.
    if (this.#random.chance(0.3)) this.#disk.committed = this.#disk.checkpointed;
  }

  async #start(crashChance: number): Promise<RunningEngine> {
    const life = this.#alive;
    const moment = async (name: string) => {
      if (life !== this.#alive) throw new Crash('this process is dead');
      if (this.#random.chance(0.2)) await Promise.resolve();
      if (!this.#random.chance(crashChance)) return;
      this.#moments.set(name, (this.#moments.get(name) ?? 0) + 1);
      throw new Crash(name);
    };
    return await startEngine(this.#disk, moment, () => this.#now, this.#bug);
  }

  /** No more faults: everything is delivered, every session ends. */
  async #bringToRest(): Promise<void> {
    this.#flushVolatile();
    await this.#deliver(false);
    this.#flushVolatile();
    this.#engine = undefined;
    this.#alive += 1;
    const engine = await this.#start(0);
    for (let round = 0; round < 3; round += 1) {
      this.#now = Math.max(this.#now, this.#disk.lastReceivedAt) + idleTimeoutMs + 1;
      while (await engine.step());
      await engine.step();
      while (await engine.step());
    }
    await engine.stop();
  }

  async #judge(): Promise<void> {
    const found = new Map<string, number>();
    for (const { session } of this.#disk.committed.sessions) {
      for (const { id } of session.hits) found.set(id, (found.get(id) ?? 0) + 1);
    }
    const plain = (id: string) => id.replaceAll('-', '');
    const lost = [...this.#acknowledged].filter((id) => !found.has(plain(id)));
    const twice = [...found].filter(([, times]) => times > 1);
    if (lost.length > 0) this.#faults.push(`${lost.length} acknowledged hits are lost`);
    if (twice.length > 0) this.#faults.push(`${twice.length} hits count twice`);
    if (this.#disk.setAside.size > 0)
      this.#faults.push(`${this.#disk.setAside.size} good hits were set aside`);
    const orphans = this.#disk.committed.sessions.filter(
      ({ session, place }) =>
        JSON.stringify(this.#disk.records[place.offset]) !== JSON.stringify(session),
    );
    if (orphans.length > 0) this.#faults.push(`${orphans.length} rows have no record like them`);
    const expected = await withoutFaults(this.#log);
    if (JSON.stringify(tableTexts(this.#disk.committed)) !== JSON.stringify(expected)) {
      this.#faults.push('the tables are not those of a history without faults');
    }
  }
}

/** The tables that the same inbox gives when nothing goes wrong. */
async function withoutFaults(log: readonly InboxRow[]): Promise<string[]> {
  const disk = newMemoryDisk();
  disk.inbox = [...log];
  disk.lastSeq = log.at(-1)?.seq ?? 0;
  disk.lastReceivedAt = log.at(-1)?.receivedAt ?? startMs;
  let now = disk.lastReceivedAt;
  const engine = await startEngine(
    disk,
    async () => {},
    () => now,
    undefined,
  );
  while (await engine.step());
  now += idleTimeoutMs + 1;
  await engine.step();
  while (await engine.step());
  await engine.stop();
  return tableTexts(disk.committed);
}

async function startEngine(
  disk: MemoryDisk,
  moment: (name: string) => Promise<void>,
  clock: () => number,
  bug: PlantedBug | undefined,
): Promise<RunningEngine> {
  const inbox = memoryInbox(disk, moment);
  const analytics = memoryAnalytics(disk, moment);
  const real = { ...analytics };
  if (bug === 'no-replay-guard') {
    analytics.resume = async () => ({ ...(await real.resume()), closedThrough: new Map() });
  }
  if (bug === 'prune-without-checkpoint') analytics.checkpoint = async () => {};
  if (bug === 'low-ahead') {
    analytics.store = (sessions, low) => real.store(sessions, low === undefined ? low : low + 1);
  }
  if (bug === 'commit-without-rows') {
    analytics.store = (sessions, low) => real.store(sessions.slice(1), low);
  }
  if (bug === 'session-id-from-clock') {
    analytics.store = (sessions, low) =>
      real.store(
        sessions.map((one) => ({
          ...one,
          session: { ...one.session, id: clock().toString(16).padStart(32, '0') },
        })),
        low,
      );
  }
  return await runEngine({
    inbox,
    clock,
    openStores: async (): Promise<
      Pick<DatasetEngine, 'analytics'> & { canister: ReturnType<typeof memoryCanister> }
    > => ({
      analytics,
      canister: memoryCanister(disk, moment),
    }),
    datasets: [
      {
        slug: 'shop',
        hosts: [],
        timeZone: 'UTC',
        idleTimeoutMs,
        cutAtMidnight: false,
        cutOnNewCampaign: false,
        addressSecret: 'secret',
      },
    ],
    setAside: { replay: async () => 0, remove: async () => 0 },
    rotateKeys: async () => 0,
    badLinesFile: () => '',
    importEnded: async () => {},
    pollMs: 0,
    checkpointEveryMs: 10 * 60_000,
    active: usualActiveLimits,
    failed(error) {
      throw error;
    },
  });
}
