/** Why the data folder, or a file of it, cannot be used, as a sentence that says what to do. */
import { Problem } from '../contract/problem.ts';

const noRight =
  'cannot be read and written by this user. Run Canister as the user who owns the data folder, or give all of it to this one (chown -R).';
const noRoom = 'cannot be written: the disk is full. Make room, and start again.';
const putBackupBack = 'Put your backup of the whole folder back: docs/operations.md, "Backup".';
const damaged = `is damaged. ${putBackupBack}`;
/** All that is stored lies elsewhere: an old backup would cost more than this file. */
const withoutHits =
  'Or keep all stored sessions, and what can be read of the hits that are in none yet: start once with serve --accept-loss. If that is refused, move hits.db away first.';

/** What the system, or SQLite, says → what it means for a file. SQLite's numbers stand where its driver gives no name. */
const meanings: Readonly<Record<string, string>> = {
  EACCES: noRight,
  EPERM: noRight,
  SQLITE_READONLY: noRight,
  SQLITE_CANTOPEN: noRight,
  'database: 14': noRight,
  EROFS: 'cannot be written: its disk is mounted for reading only.',
  ENOSPC: noRoom,
  EDQUOT: noRoom,
  SQLITE_FULL: noRoom,
  'database: 13': noRoom,
  EEXIST: 'is no folder. Name another one with --data.',
  ENOTDIR: 'is no folder, or lies in what is none. Name another one with --data.',
  EISDIR: 'is a folder where a file should be. Put your backup of the whole folder back.',
  ENOENT:
    'is not there and cannot be made. Is its disk mounted? Else name another folder with --data.',
  ELOOP: 'is a link that leads to itself. Name another folder with --data.',
  ENAMETOOLONG: 'is too long for a name. Name another folder with --data.',
  EIO: 'cannot be read or written: the disk gives errors. Move the folder to a sound one.',
  SQLITE_IOERR: 'cannot be read or written: the disk gives errors, or is full.',
  SQLITE_CORRUPT: damaged,
  SQLITE_NOTADB: damaged,
  'database: 11': damaged,
  'database: 26': damaged,
};

/** What to do about a database that is damaged. */
export const damagedAdvice = (file: string) =>
  file.endsWith('hits.db') ? `${putBackupBack} ${withoutHits}` : putBackupBack;

/** As SQLite says that what it reads is not what was written. */
export const isDamaged = (error: unknown) =>
  /^SQLITE_(CORRUPT|NOTADB)/.test((error as NodeJS.ErrnoException).code ?? '');

/**
 * @param error what came of opening or writing it
 * @param path the folder or the file; the system names the file itself
 * @returns Problem `data_unusable`, or the error itself where it is something else
 */
export function explainUnusable(error: unknown, path: string): unknown {
  if (error instanceof Problem || !(error instanceof Error)) return error;
  const { code, path: named } = error as NodeJS.ErrnoException;
  const number = /(database)\b.*: (\d+)"?\)?$/.exec(error.message);
  const sign = number
    ? `${number[1]}: ${number[2]}`
    : (code ?? '').replace(/^(SQLITE_[A-Z]+)_.*/, '$1');
  const meaning = meanings[sign];
  if (meaning === undefined) return error;
  const instead = meaning === damaged && path.endsWith('hits.db') ? ` ${withoutHits}` : '';
  return new Problem('data_unusable', `${named ?? path} ${meaning}${instead} (${error.message})`, {
    cause: error,
  });
}
