/** The desk of sources over a world, with the real stores. */
import { join } from 'node:path';
import {
  createSourceDesk,
  type OpenSourceDesk,
  type SourceDeskOptions,
} from '../desks/source-desk.ts';
import { openDataFolder } from '../stores/data-folder.ts';
import { openLibsqlSources } from '../stores/libsql-sources.ts';
import { openSecretBox } from '../stores/secret-box.ts';
import type { World } from './world.ts';

export function worldSources(
  world: World,
  options: Pick<SourceDeskOptions, 'folders'> & Partial<SourceDeskOptions>,
): OpenSourceDesk {
  const { control, root, now: clock } = world;
  const { masterKeyFile } = openDataFolder(root);
  return createSourceDesk({
    sources: openLibsqlSources(control, clock, openSecretBox({ masterKeyFile, control, clock })),
    datasets: world.datasets,
    engine: world.engine,
    clock,
    spoolFolder: join(root, 'sources'),
    privateNetworks: [],
    ...options,
  });
}
