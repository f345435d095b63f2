/** What the server knows of its own health: it looks at disk, store, engine and accounts from time to time, and raises alarms. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock } from '../core/clock.ts';
import type { Config } from '../core/config.ts';
import { Problem } from '../core/contract/problem.ts';
import type { Alarm } from '../core/contract/status.ts';
import { createAlarms } from '../core/engine/alarms.ts';
import type { Engine } from '../core/engine/engine.ts';
import { explainAccount, unexplainedHits } from '../core/engine/hit-account.ts';
import type { HeldDataset } from '../core/engine/open-datasets.ts';
import { describeJump, type SteadyClock } from '../core/engine/steady-clock.ts';
import type { ApiOptions } from '../core/http/app.ts';
import type { Job } from '../core/jobs.ts';
import type { Log } from '../core/log.ts';
import { describeHeldCount, reasonsAgainst } from '../core/readiness.ts';
import { type DiskRoom, diskFreeBytesMin, readDiskRoom } from '../core/stores/disk-room.ts';
import { describeBroken, type openLibsqlCounts } from '../core/stores/libsql-counts.ts';
import type { SqlBatch } from '../core/stores/libsql-file.ts';
import {
  describeFailing,
  describeHeld,
  describeLag,
  describeLate,
  describeSpooling,
  findDiskLow,
  lookEveryMs,
  measureProcess,
} from './alarm-words.ts';

const diskCheckEveryMs = 5_000;
const partsCheckEveryMs = 2_000;
const countsCheckEveryMs = 60_000;
/** Hours that are older are looked at where the sums do not add up. */
const countsCheckedMs = 48 * 3_600_000;
const lateNoticesCheckEveryMs = 60_000;

export interface Watched {
  root: string;
  /** `acceptLoss`: what is unaccounted for when it is first known is taken as lost, and is no alarm any more. */
  config: Pick<Config, 'diskFreeBytesMin' | 'acceptLoss'>;
  clock: Clock;
  steady: Pick<SteadyClock, 'jumpMs'>;
  /** The store of the inbox. */
  hits: SqlBatch;
  engine: Pick<Engine, 'measures' | 'load' | 'account'>;
  counts: Pick<ReturnType<typeof openLibsqlCounts>, 'findBroken' | 'acceptLoss'>;
  /** The channels to which nothing could be delivered for long. */
  lateChannels: () => Promise<readonly string[]>;
  log: Log;
}

export interface Watch {
  jobs: readonly Job[];
  /** Takes the jobs of the server that failed last. */
  told(failing: ReadonlyMap<Job, Error>): void;
  alarms(): Alarm[];
  /** Why no hits are taken; undefined while they are. */
  closed(): Problem | undefined;
  /** Whether the process lives. */
  health(): { ready: boolean; detail?: string };
  /** Whether traffic should come here. */
  readiness(): { ready: boolean; detail?: string };
  disk: ApiOptions['disk'];
  processMeasures: ApiOptions['processMeasures'];
  /** From now on nothing is taken. */
  stop(): void;
}

export function createWatch(watched: Watched): Watch {
  const { root, config, clock, steady, hits, engine, counts, lateChannels, log } = watched;
  let stopping = false;
  let diskLow: Problem | undefined;
  let diskRoom: DiskRoom | undefined;
  let engineSteppedAt = clock();
  let storeAnsweredAt = clock();
  let waitsForRoom = false;
  let held: HeldDataset[] = [];
  const eventLoop = monitorEventLoopDelay({ resolution: lookEveryMs });
  eventLoop.enable();
  /** A loss that comes later is another one. */
  const acceptedOnce = new Set<string>();
  const alarms = createAlarms((alarm, detail) => {
    if (detail === undefined) log('info', 'alarm_over', `Alarm over: ${alarm}`, { alarm });
    else log('warning', 'alarm', `Alarm: ${alarm}: ${detail}`, { alarm, detail });
  });

  const jobs: Job[] = [
    {
      description: 'look how much room the disk has',
      periodMs: diskCheckEveryMs,
      async run() {
        diskRoom = await readDiskRoom(root);
        diskLow = findDiskLow(diskRoom, config.diskFreeBytesMin);
        alarms.set('disk_low', diskLow?.message);
      },
    },
    {
      description: 'ask the store of the inbox',
      periodMs: partsCheckEveryMs,
      async run() {
        alarms.set('clock_jumped', describeJump(steady.jumpMs()));
        await hits.batch(['SELECT 1'], 'read');
        storeAnsweredAt = clock();
      },
    },
    {
      description: 'ask the engine how it is doing',
      periodMs: partsCheckEveryMs,
      async run() {
        ({ steppedAt: engineSteppedAt, waitsForRoom, held } = await engine.measures());
        alarms.set('dataset_held', describeHeld(held));
        const { lagMs, shortTerm } = await engine.load();
        alarms.set('engine_behind', describeLag(lagMs));
        alarms.set('spooling', shortTerm.spooling ? describeSpooling : undefined);
        const full = 'The disk is full: sessions that have ended wait in memory for room.';
        alarms.set('disk_full', waitsForRoom ? full : undefined);
      },
    },
    {
      description: 'look at what could not be delivered',
      periodMs: lateNoticesCheckEveryMs,
      async run() {
        alarms.set('notices_late', describeLate(await lateChannels()));
      },
    },
    {
      description: 'check that every hit is accounted for',
      periodMs: countsCheckEveryMs,
      async run() {
        alarms.set(
          'counters_broken',
          describeBroken(await counts.findBroken(clock() - countsCheckedMs)),
        );
        if (config.acceptLoss) await acceptLosses();
        const wrong = (await engine.account()).flatMap((one) => explainAccount(one) ?? []);
        alarms.set('hits_unaccounted', wrong.length > 0 ? wrong.join('; ') : undefined);
      },
    },
  ];

  async function acceptLosses(): Promise<void> {
    for (const account of await engine.account()) {
      const { dataset, known } = account;
      if (!known || acceptedOnce.has(dataset)) continue;
      const unexplained = unexplainedHits(account);
      if (unexplained !== 0) await counts.acceptLoss(dataset, unexplained);
      acceptedOnce.add(dataset);
      const said = explainAccount(account);
      if (said !== undefined)
        log('warning', 'loss_accepted', `Accepted as lost: ${said}`, { dataset, unexplained });
    }
  }

  return {
    jobs,
    told: (failing) => alarms.set('job_failed', describeFailing(failing, waitsForRoom)),
    alarms: alarms.list,
    closed: () =>
      stopping ? new Problem('shutting_down', 'The server is stopping. Send it again.') : diskLow,
    health: () => (stopping ? { ready: false, detail: 'stopping' } : { ready: true }),
    readiness() {
      const state = { stopping, waitsForRoom, storeAnsweredAt, engineSteppedAt };
      const reasons = reasonsAgainst({ ...state, diskLow: diskLow !== undefined }, clock());
      const detail = [...reasons, describeHeldCount(held.length) ?? ''].join(' ').trim();
      return { ready: reasons.length === 0, ...(detail === '' ? {} : { detail }) };
    },
    disk: () =>
      diskRoom && {
        ...diskRoom,
        freeBytesMin: diskFreeBytesMin(diskRoom, config.diskFreeBytesMin),
      },
    processMeasures: () => measureProcess(eventLoop, diskRoom?.freeBytes),
    stop() {
      stopping = true;
      eventLoop.disable();
    },
  };
}
