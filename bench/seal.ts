/**
 * What it costs to seal ended sessions, and the room that they take: one by one, as segments of version 1 hold them,
 * against blocks, in the same run. And what it costs to open them again.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../core/clock.ts';
import { openDataFolder } from '../core/stores/data-folder.ts';
import { openLibsqlFile } from '../core/stores/libsql-file.ts';
import { openKeyring } from '../core/stores/master-key.ts';
import { controlMigrations } from '../core/stores/migrations/migrations.ts';
import { plainOf, sealBatch } from '../core/stores/segment-batch.ts';
import { openSegmentCanister } from '../core/stores/segment-canister.ts';
import type { SegmentFormat } from '../core/stores/segment-format.ts';
import { formatOfVersion } from '../core/stores/segment-versions.ts';
import { createDataset, launcher } from './product.ts';
import { sampleLog } from './sample-log.ts';

const rounds = 7;
const sessionsPerRound = 6_000;
/** As an import commits them; and as few sessions end together on a quiet site. */
const batchSizes = [500, 16, 4, 1];
const where = { dataset: 'bench', day: '2015-05-18', key: Buffer.alloc(32, 7) };

interface Cost {
  sealMicrosPerSession: number;
  bytesPerSession: number;
  /** All sessions of a record are asked for. */
  openMicrosPerSession: number;
}

export interface SealResult {
  sessions: number;
  jsonBytesPerSession: number;
  batches: {
    sessionsPerBatch: number;
    oneByOne: Cost;
    blocks: Cost;
    cheaper: number;
    smaller: number;
  }[];
}

/** `BENCH_LOG` names a combined log, plain or gzip (else the sample beside the project, `../shared/data`). */
export async function seal(): Promise<SealResult> {
  const read = await sessionsOfLog();
  const sessions = Array.from(
    { length: Math.ceil(sessionsPerRound / read.length) },
    () => read,
  ).flat();
  const { plain } = plainOf(sessions);
  const batches = batchSizes.map((sessionsPerBatch) => {
    const measured = { 1: [] as Cost[], 2: [] as Cost[] };
    for (let round = 0; round < rounds; round += 1)
      for (const version of [1, 2] as const)
        measured[version].push(costOf(version, sessions, sessionsPerBatch));
    const [oneByOne, blocks] = [median(measured[1]), median(measured[2])];
    return {
      sessionsPerBatch,
      oneByOne,
      blocks,
      cheaper: round2(oneByOne.sealMicrosPerSession / blocks.sealMicrosPerSession),
      smaller: round2(oneByOne.bytesPerSession / blocks.bytesPerSession),
    };
  });
  const jsonBytesPerSession = Math.round(plain.length / sessions.length);
  return { sessions: sessions.length, jsonBytesPerSession, batches };
}

/** Time of the processor, not of the clock: others may be at work. */
function costOf(
  version: SegmentFormat['version'],
  sessions: readonly { id: string }[],
  perBatch: number,
): Cost {
  const batches = [];
  for (let from = 0; from < sessions.length; from += perBatch) {
    const some = sessions.slice(from, from + perBatch);
    batches.push({ ids: some.map(({ id }) => id), ...plainOf(some) });
  }
  let end = 19;
  const sealing = process.cpuUsage();
  const sealed = batches.map((batch) => {
    const one = sealBatch({ ...where, ...batch, version, end });
    end += one.bytes.length;
    return one;
  });
  const sealMicros = microsSince(sealing);
  const { alignment, open } = formatOfVersion(version);
  let start = 19;
  const opening = process.cpuUsage();
  for (const { bytes, offsets, lengths } of sealed) {
    const whole = Buffer.from(bytes.buffer);
    for (const [index, offset] of offsets.entries()) {
      if (offset % alignment !== 0) continue;
      const record = whole.subarray(offset - start, offset - start + (lengths[index] ?? 0));
      if (!Array.isArray(open(record, where.key, { ...where, offset })))
        throw new Error('what was sealed does not open');
    }
    start += bytes.length;
  }
  return {
    sealMicrosPerSession: round2(sealMicros / sessions.length),
    bytesPerSession: Math.round((end - 19) / sessions.length),
    openMicrosPerSession: round2(microsSince(opening) / sessions.length),
  };
}

/** The sessions that the product makes of the log, as it keeps them. */
async function sessionsOfLog() {
  const folder = mkdtempSync(join(tmpdir(), 'canister-bench-'));
  try {
    createDataset(folder);
    const log = join(folder, 'access.log');
    writeFileSync(log, sampleLog(), 'latin1');
    const command = [launcher(), 'import', log, '--dataset', 'bench', '--data', folder];
    execFileSync(process.execPath, command, { stdio: 'ignore' });
    const { masterKeyFile, controlFile, dataset } = openDataFolder(folder);
    const control = await openLibsqlFile(controlFile, controlMigrations);
    const { keys } = await openKeyring({ file: masterKeyFile, control, clock: systemClock });
    const canister = openSegmentCanister({
      dataset: 'bench',
      folder: dataset('bench').canister,
      keys,
    });
    const sessions = [];
    for await (const { place: _, session, ...kept } of canister.scan())
      sessions.push({ ...session, ...kept });
    await canister.close();
    control.close();
    return sessions;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function microsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

const median = (costs: readonly Cost[]): Cost =>
  costs.toSorted((a, b) => a.sealMicrosPerSession - b.sealMicrosPerSession)[
    Math.floor(costs.length / 2)
  ] as Cost;
const round2 = (value: number) => Math.round(value * 100) / 100;
