/** Whether this user can look at a data folder at all, for the doctor. Changes nothing. */
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { attention, type Finding } from '../doctor.ts';

const ownerAdvice =
  'Run this as the user who runs Canister, or give the whole folder to this one (chown -R).';

/**
 * What keeps this user from saying anything about the folder; undefined when nothing does. A folder that cannot be
 * read looks like an empty one otherwise.
 * @param root a path at which something is
 */
export function examineAccess(root: string): Finding | undefined {
  const folder = statSync(root);
  if (!folder.isDirectory())
    return attention('folder', `${root} is no folder.`, 'Name the data folder with --data.');
  const closed = [root, ...filesOf(root)].find((path) => !mayReadAndWrite(path));
  if (closed === undefined) return undefined;
  return attention(
    'folder',
    `${closed} cannot be read and written by this user${ownerOf(closed)}.`,
    ownerAdvice,
  );
}

/** What every start opens; what the databases leave beside themselves is opened with them. */
function filesOf(root: string): string[] {
  if (!mayReadAndWrite(root)) return [];
  const ours = /^(?:(?:hits|control)\.db(?:-wal|-shm)?|master\.key(?:\.next)?|datasets)$/;
  const inside = readdirSync(root).filter((name) => ours.test(name));
  const datasets = join(root, 'datasets');
  const slugs =
    existsSync(datasets) && mayReadAndWrite(datasets)
      ? readdirSync(datasets).map((slug) => join(datasets, slug))
      : [];
  return [...inside.map((name) => join(root, name)), ...slugs];
}

function mayReadAndWrite(path: string): boolean {
  try {
    const { R_OK, W_OK, X_OK } = constants;
    accessSync(path, R_OK | W_OK | (statSync(path).isDirectory() ? X_OK : 0));
    return true;
  } catch (error) {
    // What has gone meanwhile closed nothing.
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

function ownerOf(path: string): string {
  const owner = statSync(path, { throwIfNoEntry: false })?.uid;
  const self = process.getuid?.();
  if (owner === undefined || self === undefined || owner === self) return '';
  return ` (number ${self}); it belongs to number ${owner}`;
}
