/**
 * One seed, one history: the real engine over stores in memory, with senders that retry, a console that ends sessions,
 * and a machine that crashes at any moment, loses what was not synced, has failing, full and slow disks, hears things
 * twice and has a clock that jumps. Afterwards it is judged by what was sent, and against the same inbox without faults.
 */
import type { ActiveLimits } from '../canisters/room.ts';
import { Problem } from '../contract/problem.ts';
import { receiptTime, wasSetBack } from '../contract/receipt-time.ts';
import { type RunningEngine, runEngine } from '../engine/run-engine.ts';
import type { DatasetConfig } from '../settings/datasets.ts';
import type { InboxRow } from '../sources/inbox-source.ts';
import {
  appendToInbox,
  datasetDisk,
  endTransactions,
  losePower,
  type MemoryDisk,
  newMemoryDisk,
} from '../stores/memory-disk.ts';
import {
  type Moment,
  memoryAnalytics,
  memoryCanister,
  memoryInbox,
} from '../stores/memory-stores.ts';
import { createRandom, createUuid, type Random } from './seed/random.ts';
import { Crash, createFaults, isDiskFault, type PlantedBug, plant } from './simulated-faults.ts';
import {
  bodyOf,
  dayMs,
  nextHit,
  nextPaceMs,
  type Pending,
  simulatedDatasets,
  simulatedLimits,
} from './simulated-traffic.ts';
import { judge, type Sent } from './simulation-judgement.ts';

export type { PlantedBug } from './simulated-faults.ts';

const slugs = simulatedDatasets.map(({ slug }) => slug);
const startMs = Date.UTC(2026, 0, 5, 19);

export interface SimulationResult {
  seed: number;
  /** Hits that were acknowledged, and of them those that nobody can use. */
  acknowledged: number;
  poison: number;
  stored: number;
  setAside: number;
  crashes: number;
  /** How often a crash came at each moment, and how often each other thing happened. */
  moments: Map<string, number>;
  endReasons: Map<string, number>;
  /** Sessions that retention removed. */
  removed: number;
  /** What is wrong; empty when nothing is. */
  faults: string[];
}

export async function simulate(seed: number, bug?: PlantedBug): Promise<SimulationResult> {
  return await new History(seed, bug).run();
}

class History {
  readonly #seed: number;
  readonly #bug: PlantedBug | undefined;
  readonly #random: Random;
  readonly #disk: MemoryDisk = newMemoryDisk(slugs);
  readonly #active: ActiveLimits;
  /** Everything that a collector has committed, by the id of its hit. */
  readonly #accepted = new Map<string, Sent>();
  readonly #acknowledged = new Set<string>();
  readonly #moments = new Map<string, number>();
  readonly #faults: string[] = [];
  #pending: Pending[] = [];
  /** Nobody sends any more. */
  #isOver = false;
  #volatile: Pending[] = [];
  #engine: RunningEngine | undefined;
  #alive = 0;
  #hasLostLog = false;
  #crashes = 0;
  #now = startMs;
  /** The latest time that the engine has read in this step: the clock may be set back while it acts on that. */
  #readMs = startMs;

  constructor(seed: number, bug: PlantedBug | undefined) {
    this.#seed = seed;
    this.#bug = bug;
    this.#random = createRandom(seed);
    // In some histories there is room for everybody, in others for few.
    this.#active = this.#random.pick([
      { bytesMax: 1e9, sessionsMax: 1e6 },
      { bytesMax: 1e9, sessionsMax: 16 },
      { bytesMax: 9_000, sessionsMax: 1e6 },
    ]);
  }

  async run(): Promise<SimulationResult> {
    const turns = this.#random.whole(40, 75);
    const calm = Math.floor(turns * 0.85);
    for (let turn = 0; turn < turns; turn += 1) {
      this.#act();
      this.#deliver(turn < calm);
      await this.#work(turn < calm ? 0.02 : 0);
    }
    await this.#bringToRest();
    return await this.#judged();
  }

  /** Visitors do something, and time goes on. */
  #act(): void {
    for (let hits = this.#random.whole(0, 6); hits > 0; hits -= 1)
      this.#pending.push(nextHit(createUuid(this.#now, this.#random), this.#random));
    this.#now += nextPaceMs(this.#random);
  }

  /** Senders send what was not acknowledged, in any order; answers get lost, and some are sent twice. */
  #deliver(isFaulty: boolean): void {
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

  #accept(hit: Pending): void {
    if (this.#accepted.has(hit.id)) return;
    const arrivedAt = receiptTime(this.#now, this.#disk.lastReceivedAt);
    const body = bodyOf(hit, arrivedAt);
    const { seq } = appendToInbox(this.#disk, { dataset: hit.slug, body }, this.#now);
    this.#accepted.set(hit.id, { ...hit, seq, arrivedAt, body });
  }

  #flushVolatile(): void {
    for (const hit of this.#volatile.splice(0)) this.#accept(hit);
  }

  /** The engine takes some steps and commands; with this probability a moment is its last. */
  async #work(rate: number): Promise<void> {
    try {
      this.#engine ??= await this.#start(rate);
      for (let steps = this.#random.whole(1, 4); steps > 0; steps -= 1) {
        this.#readMs = this.#now;
        await this.#engine.step();
      }
      if (this.#random.chance(0.15)) await this.#endSomebody(this.#engine);
      if (rate > 0 && this.#random.chance(0.02)) await this.#stop(this.#engine);
    } catch (error) {
      this.#meet(error);
    }
  }

  /** Somebody at the console ends a session. */
  async #endSomebody(engine: RunningEngine): Promise<void> {
    const slug = this.#random.pick(slugs);
    const sessions = (await engine.activeSessions(slug, 100))?.active.sessions ?? [];
    if (sessions.length === 0) return;
    const { id } = this.#random.pick(sessions);
    try {
      await engine.endSession(slug, id);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
    }
  }

  async #stop(engine: RunningEngine): Promise<void> {
    try {
      await engine.stop();
    } catch (error) {
      if (!isDiskFault(error, 'ENOSPC')) throw error;
      // A process that finds no room while it stops ends all the same.
      this.#end(false);
      return;
    }
    this.#engine = undefined;
    this.#alive += 1;
  }

  #meet(error: unknown): void {
    // On a full disk the engine waits and takes its next step; a start is tried again.
    if (isDiskFault(error, 'ENOSPC')) return;
    // A disk that fails ends the process: what it really holds then is not known.
    if (error instanceof Crash) this.#end(this.#random.chance(0.5));
    else if (isDiskFault(error, 'EIO')) this.#end(true);
    else throw error;
  }

  #end(powerGoes: boolean): void {
    this.#crashes += 1;
    this.#alive += 1;
    this.#engine = undefined;
    // What was not on the disk yet is gone with the process.
    this.#volatile = [];
    const random = this.#random;
    endTransactions(this.#disk, () => random.chance(0.5));
    if (powerGoes && losePower(this.#disk, random.whole, () => random.chance(0.4)))
      this.#hasLostLog = true;
  }

  async #start(rate: number): Promise<RunningEngine> {
    const life = this.#alive;
    const moment = createFaults({
      random: this.#random,
      counted: this.#moments,
      rate,
      isDead: () => life !== this.#alive,
      meanwhile: () => {
        // The storing that a killed engine had begun beside may still be slow when the last hits were delivered.
        if (this.#isOver) return;
        this.#act();
        this.#deliver(true);
      },
    });
    return await startEngine({
      disk: this.#disk,
      moment,
      clock: () => {
        this.#readMs = Math.max(this.#readMs, this.#now);
        return this.#now;
      },
      active: this.#active,
      datasets: simulatedDatasets,
      bug: this.#bug,
      removing: (days) => this.#checkRetention(days),
    });
  }

  #checkRetention(days: readonly string[]): void {
    for (const day of days)
      if (Date.parse(day) + 2 * dayMs > this.#readMs)
        this.#faults.push(`retention took ${day} at ${this.#readMs}`);
  }

  /** No more faults: everything is delivered, every session ends. */
  async #bringToRest(): Promise<void> {
    this.#flushVolatile();
    this.#deliver(false);
    this.#isOver = true;
    this.#flushVolatile();
    this.#alive += 1;
    this.#engine = undefined;
    const engine = await this.#start(0);
    for (let round = 0; round < 3; round += 1) {
      this.#now = Math.max(this.#now, this.#disk.lastReceivedAt) + dayMs;
      while (await engine.step());
      await engine.step();
      while (await engine.step());
    }
    const { shortTerm } = await engine.load();
    if (shortTerm.sessions !== 0 || shortTerm.bytes !== 0)
      this.#faults.push('the short-term canister is not empty at the end');
    await engine.stop();
  }

  async #judged(): Promise<SimulationResult> {
    const { log } = this.#disk;
    const expected = await withoutFaults(log, this.#active);
    const hasRoom = this.#active.sessionsMax > 1_000 && this.#active.bytesMax > 1e6;
    const verdict = judge({
      disk: this.#disk,
      withoutFaults: expected,
      sent: this.#accepted,
      acknowledged: this.#acknowledged,
      hasRoom,
      // Who has to leave hangs on all datasets: when one of them forgets what left, others may stay longer.
      isRepeatable: hasRoom || !this.#hasLostLog,
    });
    const poison = [...this.#acknowledged].filter(
      (id) => this.#accepted.get(id)?.poison !== undefined,
    );
    return {
      seed: this.#seed,
      acknowledged: this.#acknowledged.size,
      poison: poison.length,
      ...verdict,
      crashes: this.#crashes,
      moments: this.#moments,
      faults: [...this.#faults, ...verdict.faults],
    };
  }
}

/** The disk that the same inbox gives when nothing goes wrong and nothing is removed. */
async function withoutFaults(log: readonly InboxRow[], active: ActiveLimits): Promise<MemoryDisk> {
  const disk = newMemoryDisk(slugs);
  // Heartbeats only make what is due happen sooner, unless one is the first to tell that the clock was set back.
  const isWanted = ({ dataset, receivedAt }: InboxRow, index: number) =>
    dataset !== undefined || wasSetBack(receivedAt, log[index - 1]?.receivedAt ?? 0);
  disk.inbox = log.filter(isWanted);
  disk.lastSeq = log.at(-1)?.seq ?? 0;
  disk.lastReceivedAt = log.at(-1)?.receivedAt ?? startMs;
  let now = disk.lastReceivedAt;
  const engine = await startEngine({
    disk,
    moment: async () => {},
    clock: () => now,
    active,
    datasets: simulatedDatasets.map(({ retention: _, ...config }) => config),
  });
  while (await engine.step());
  now += dayMs;
  await engine.step();
  while (await engine.step());
  await engine.stop();
  return disk;
}

async function startEngine(options: {
  disk: MemoryDisk;
  moment: Moment;
  clock: () => number;
  active: ActiveLimits;
  datasets: readonly DatasetConfig[];
  bug?: PlantedBug | undefined;
  removing?: (days: readonly string[]) => void;
}): Promise<RunningEngine> {
  const { disk, moment, clock, active, datasets, bug, removing } = options;
  return await runEngine({
    inbox: memoryInbox(disk, moment),
    clock,
    openStores: async ({ slug }) => {
      const files = datasetDisk(disk, slug);
      const analytics = memoryAnalytics(files, moment);
      plant(bug, analytics, clock);
      const { removeDays } = analytics;
      analytics.removeDays = (days) => {
        removing?.(days);
        return removeDays(days);
      };
      return { analytics, canister: memoryCanister(files, moment) };
    },
    datasets,
    setAside: { replay: async () => 0, remove: async () => 0 },
    rotateKeys: async () => 0,
    badLinesFile: () => '',
    importEnded: async () => {},
    pollMs: 0,
    checkpointEveryMs: 10 * 60_000,
    // Few enough that there is a backlog, which is read ahead.
    rowsPerStepMax: 7,
    // Few enough that batches are stored beside the reading.
    sessionsPerCommitMax: 2,
    active,
    sessionLimits: simulatedLimits,
    failed(error) {
      throw error;
    },
  });
}
