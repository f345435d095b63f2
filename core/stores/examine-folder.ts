/**
 * Looks at a data folder from outside, for the doctor: lock, key, segments, logs set aside, room on the disk. Changes
 * nothing; it may run beside a server.
 */

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { addDays, dayOf } from '../contract/calendar.ts';
import { countedAre, countedNoun } from '../contract/counted-noun.ts';
import { attention, type Finding, note, well } from '../doctor.ts';
import { findOwner, openDataFolder } from './data-folder.ts';
import { diskFreeBytesMin, readDiskRoom } from './disk-room.ts';
import { readPlan } from './recut-folder.ts';
import { blockSessionsMax } from './segment-blocks.ts';
import { inspectSegment } from './segment-canister.ts';

const mib = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
const backupAdvice = 'Put your backup back: docs/operations.md, "Backup".';

/** Everything that needs no database. */
export async function examineFiles(
  root: string,
  nowMs: number,
  freeBytesMin?: number,
): Promise<Finding[]> {
  const isRunning = findOwner(root) !== undefined;
  const findings = [
    examineLock(root),
    examineKeyFile(root),
    ...examineOpenness(root),
    await examineDisk(root, freeBytesMin),
    ...examineKept(root),
  ];
  for (const slug of datasetFolders(root)) {
    try {
      findings.push(
        ...(await examineSegments(root, slug, isRunning, nowMs)),
        ...examineLeftovers(root, slug),
        ...examineRecut(root, slug, isRunning),
      );
    } catch (error) {
      findings.push(
        attention(
          'segments',
          `${slug}: its folder cannot be read: ${(error as Error).message}`,
          'Mend that, and start Canister again: until then the dataset is held, and its hits wait in hits.db.',
        ),
      );
    }
  }
  return findings;
}

/** The datasets that have a folder. */
export function datasetFolders(root: string): string[] {
  const folder = join(root, 'datasets');
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

function examineLock(root: string): Finding {
  const owner = findOwner(root);
  if (owner) {
    const where = owner.port === undefined ? 'and does not listen (yet)' : `on port ${owner.port}`;
    return well('lock', `Process ${owner.pid} owns the folder ${where}.`);
  }
  if (!existsSync(join(root, 'owner.json')))
    return well('lock', 'No process owns the folder; the last one ended in order.');
  return note(
    'lock',
    'The last owner was killed. The next start takes the folder over and goes on where it was.',
  );
}

function examineKeyFile(root: string): Finding {
  const { masterKeyFile } = openDataFolder(root);
  if (!existsSync(masterKeyFile)) {
    return note(
      'key',
      'There is no master.key; it is made at the first start, unless sessions are stored.',
    );
  }
  const bytes = Buffer.from(readFileSync(masterKeyFile, 'utf8').trim(), 'base64').length;
  if (bytes !== 32)
    return attention('key', `master.key holds ${bytes} bytes instead of 32.`, backupAdvice);
  if ((statSync(masterKeyFile).mode & 0o077) !== 0) {
    return attention(
      'key',
      'Others on this machine can read master.key.',
      `Run: chmod 600 ${masterKeyFile}`,
    );
  }
  return well('key', 'master.key is there, and only its owner can read it.');
}

/** The databases hold users and keys. A folder that is closed closes all that is in it. */
function examineOpenness(root: string): Finding[] {
  const isOpen = (path: string) =>
    ((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o077) !== 0;
  const names = ['control.db', 'hits.db', 'datasets'].filter((name) => isOpen(join(root, name)));
  if (!isOpen(root) || names.length === 0) return [];
  return [
    attention(
      'rights',
      `Others on this machine can read ${names.join(' and ')}.`,
      `Run: chmod -R go-rwx ${root}`,
    ),
  ];
}

async function examineDisk(root: string, setBytes?: number): Promise<Finding> {
  const room = await readDiskRoom(root);
  const needed = diskFreeBytesMin(room, setBytes);
  const says = `The disk has ${mib(room.freeBytes)} free; below ${mib(needed)} no hits are taken.`;
  if (room.freeBytes >= needed) return well('disk', says);
  return attention('disk', says, 'Make room on the disk, or move the folder to a larger one.');
}

async function examineSegments(
  root: string,
  slug: string,
  isRunning: boolean,
  nowMs: number,
): Promise<Finding[]> {
  const folder = openDataFolder(root).dataset(slug).canister;
  const check = 'segments';
  const files = existsSync(folder)
    ? readdirSync(folder).filter((name) => name.endsWith('.seg'))
    : [];
  const findings: Finding[] = [];
  const tomorrow = addDays(dayOf(nowMs, 'UTC'), 1);
  const ahead = { sessions: 0, from: '', to: '' };
  let sessions = 0;
  for (const name of files.sort()) {
    const state = await inspectSegment(join(folder, name));
    const { damaged, tornBytes } = state;
    sessions += state.sessions;
    const day = name.slice(0, -'.seg'.length);
    if (day > tomorrow) {
      ahead.sessions += state.sessions;
      ahead.from ||= day;
      ahead.to = day;
    }
    if (damaged > 0) {
      findings.push(
        attention(
          check,
          `${slug}, ${name}: ${countedAre(damaged, 'record')} damaged, each with up to ${blockSessionsMax} sessions. The others open; reports are not touched by it.`,
          `canister verify --dataset ${slug} names the sessions. Take this file out of a backup; if it happens again, the disk is failing.`,
        ),
      );
    }
    // A server may be in the middle of writing just now.
    if (tornBytes > 0 && !isRunning) {
      findings.push(
        note(
          check,
          `${slug}, ${name}: the last write was cut short, or is damaged (${tornBytes} bytes). After a crash nothing acknowledged is in it that is not in hits.db; it is cut off, and kept beside, when the file is next written to. Without a crash, see what was in it: canister verify --dataset ${slug}.`,
        ),
      );
    }
  }
  if (ahead.sessions > 0) {
    const days = ahead.from === ahead.to ? ahead.from : `${ahead.from} to ${ahead.to}`;
    findings.push(
      note(
        check,
        `${slug}: ${countedNoun(ahead.sessions, 'session')} of ${days} ${ahead.sessions === 1 ? 'lies' : 'lie'} in the future: the clock of this machine was ahead when they were taken, or is behind now. Look at it (it says ${new Date(nowMs).toISOString()}) and set it right; what is stored keeps its time: docs/operations.md, "When the clock jumps".`,
      ),
    );
  }
  return [
    well(
      check,
      `${slug}: ${countedNoun(files.length, 'segment')}, ${countedNoun(sessions, 'session')} in sound records.`,
    ),
    ...findings,
  ];
}

/** A recut that nobody has applied or discarded, and what a kill left of one. */
function examineRecut(root: string, slug: string, isRunning: boolean): Finding[] {
  const { recut } = openDataFolder(root).dataset(slug);
  if (!existsSync(recut)) return [];
  const plan = readPlan(recut);
  if (plan === undefined) {
    const says = isRunning
      ? 'a recut is being made or put in place.'
      : 'the last process was killed while a recut was made or put in place. The next start finishes it or removes it.';
    return [note('recut', `${slug}: ${says}`)];
  }
  const bytes = readdirSync(recut, { recursive: true, encoding: 'utf8' })
    .map((name) => statSync(join(recut, name)))
    .reduce((sum, stat) => sum + (stat.isFile() ? stat.size : 0), 0);
  const { before, after } = plan.summary;
  return [
    attention(
      'recut',
      `${slug}: a recut waits (${before.sessions} sessions would be ${after.sessions}) and takes ${mib(bytes)}.`,
      `Put it in place with canister recut --dataset ${slug} --apply, or remove it with --discard.`,
    ),
  ];
}

/** The damaged files of which what could be read was taken over. */
function examineKept(root: string): Finding[] {
  const kept = readdirSync(root).filter((name) => /^hits\.db\.unreadable(-\d+)?$/.test(name));
  return kept.map((name) =>
    note(
      'set aside',
      `${name} was hits.db until it was damaged; what could be read of it is in hits.db. Hits of visitors lie in it: delete it when the figures are right.`,
    ),
  );
}

/** What earlier repairs put aside. */
function examineLeftovers(root: string, slug: string): Finding[] {
  const { folder, canister } = openDataFolder(root).dataset(slug);
  const logs = readdirSync(folder).filter((name) => name.includes('.wal.unreadable'));
  const tails = existsSync(canister)
    ? readdirSync(canister).filter((name) => name.includes('.seg.cut-'))
    : [];
  return [
    ...logs.map((name) =>
      note(
        'set aside',
        `${slug}: ${name} is a write-ahead log that could not be read. What it held was taken from hits.db again; delete it when the figures are right.`,
      ),
    ),
    ...tails.map((name) =>
      note('set aside', `${slug}: ${name} is the torn end of a segment. It may be deleted.`),
    ),
  ];
}
