/** `canister doctor`: how a data folder is, and what to do. */
import { existsSync } from 'node:fs';
import { systemClock } from '../core/clock.ts';
import type { Config } from '../core/config.ts';
import { attention, type Diagnosis, diagnose } from '../core/doctor.ts';
import { examineServer } from '../core/http/examine-server.ts';
import { readCommandToken } from '../core/stores/command-token.ts';
import { findOwner } from '../core/stores/data-folder.ts';
import { examineAccess } from '../core/stores/examine-access.ts';
import { examineDatabases } from '../core/stores/examine-databases.ts';
import { examineFiles } from '../core/stores/examine-folder.ts';

export { describeDiagnosis } from '../core/doctor.ts';

/** Looks at the files, and at the databases: through their owner where there is one. */
export async function examine({ dataFolder, diskFreeBytesMin }: Config): Promise<Diagnosis> {
  if (!existsSync(dataFolder)) {
    return diagnose([
      attention(
        'folder',
        `There is no folder ${dataFolder}.`,
        'Name it with --data, or start a server.',
      ),
    ]);
  }
  const closed = examineAccess(dataFolder);
  if (closed !== undefined) return diagnose([closed]);
  const owner = findOwner(dataFolder);
  const inside =
    owner === undefined
      ? await examineDatabases(dataFolder)
      : await examineServer(owner.port, readCommandToken(dataFolder));
  return diagnose([
    ...(await examineFiles(dataFolder, systemClock(), diskFreeBytesMin)),
    ...inside,
  ]);
}
