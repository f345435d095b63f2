/** What the alarms on the system itself say, and what is measured for them. */
import type { IntervalHistogram } from 'node:perf_hooks';
import { Problem } from '../core/contract/problem.ts';
import { isDiskFull } from '../core/disk-full.ts';
import type { HeldDataset } from '../core/engine/open-datasets.ts';
import type { ProcessMeasures } from '../core/http/metrics.ts';
import type { Job } from '../core/jobs.ts';
import { type DiskRoom, diskFreeBytesMin } from '../core/stores/disk-room.ts';

/** How often the lag of the event loop is looked at. */
export const lookEveryMs = 10;

/** Since the last time of asking. */
export function measureProcess(
  eventLoop: IntervalHistogram,
  diskFreeBytes: number | undefined,
): ProcessMeasures {
  const { rss, heapUsed } = process.memoryUsage();
  // The histogram counts the whole time between two looks: what is beyond the agreed one is lag.
  const seconds = (nanoseconds: number) => Math.max(0, nanoseconds / 1e9 - lookEveryMs / 1_000);
  const eventLoopLagSeconds = {
    p50: seconds(eventLoop.percentile(50)),
    p99: seconds(eventLoop.percentile(99)),
    max: seconds(eventLoop.max),
  };
  eventLoop.reset();
  return { eventLoopLagSeconds, residentBytes: rss, heapBytes: heapUsed, diskFreeBytes };
}

/** That the disk is full is an alarm of its own. */
export function describeFailing(
  failing: ReadonlyMap<Job, Error>,
  isFull: boolean,
): string | undefined {
  const others = [...failing].filter(([, why]) => !(isFull && isDiskFull(why)));
  const sentences = others.map(
    ([{ description }, why]) => `Could not ${description}: ${why.message}`,
  );
  return sentences.length > 0 ? sentences.join('; ') : undefined;
}

export function describeHeld(held: readonly HeldDataset[]): string | undefined {
  if (held.length === 0) return undefined;
  return held.map(({ slug, reason }) => `${slug}: ${reason}`).join('; ');
}

const lagMsMax = 60_000;
export const describeSpooling =
  'The short-term canister is full: hits wait on the disk until sessions have ended.';

export function describeLag(lagMs: number): string | undefined {
  if (lagMs <= lagMsMax) return undefined;
  return `The first hit that waits to be read has waited ${Math.round(lagMs / 60_000)} minutes.`;
}

export function describeLate(channels: readonly string[]): string | undefined {
  if (channels.length === 0) return undefined;
  return `Since an hour or longer nothing could be delivered to: ${channels.join(', ')}.`;
}

export function findDiskLow(room: DiskRoom, setBytes?: number): Problem | undefined {
  const freeBytesMin = diskFreeBytesMin(room, setBytes);
  if (room.freeBytes >= freeBytesMin) return undefined;
  return new Problem(
    'disk_low',
    `The disk has ${room.freeBytes} bytes left of the ${freeBytesMin} that are needed. Hits are taken again when there is room.`,
  );
}
