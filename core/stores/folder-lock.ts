/**
 * The lock that lets one process own a data folder. `owner.json` names the process; what counts is the kernel's lock on
 * `owner.lock`, which goes with the process that has it. Numbers of processes say nothing between containers: in each the
 * server may be number 1.
 */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../contract/problem.ts';
import { findOwner, type Owner, ownerFile, startTicksOf } from './data-folder.ts';
import { holdFile } from './libsql-file.ts';

export interface FolderLock {
  /** Writes the port under which this process answers. */
  announce(port: number): void;
  release(): void;
}

/** A process that was killed may take so long until the kernel has let go of all that was its own. */
const lockWaitMs = 2_000;

/**
 * Makes this process the owner of the folder.
 * @throws Problem `data_in_use`, naming the other process where it is seen; `data_unusable`
 */
export async function lockDataFolder(root: string): Promise<FolderLock> {
  const file = ownerFile(root);
  const owner = findOwner(root);
  if (owner) {
    throw new Problem(
      'data_in_use',
      `${root} is in use by process ${owner.pid}. Stop that process, or use another folder with --data.`,
    );
  }
  const letGo = await holdFile(join(root, 'owner.lock'), lockWaitMs);
  if (letGo === undefined) {
    throw new Problem(
      'data_in_use',
      `${root} is in use by a process that is not seen from here, such as one of another container. Stop that process, or use another folder with --data.`,
    );
  }
  const self: Owner = { pid: process.pid, startTicks: startTicksOf(process.pid) ?? '' };
  const write = (one: Owner) => {
    writeFileSync(`${file}.new`, JSON.stringify(one), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  };
  try {
    write(self);
  } catch (error) {
    letGo();
    throw error;
  }
  return {
    announce: (port) => write({ ...self, port }),
    release() {
      rmSync(file, { force: true });
      letGo();
    },
  };
}
