/** Builds the tracker and the edge worker by the project's own configuration, in memory. */
import { fileURLToPath } from 'node:url';
import { createBuilder, type Plugin, type Rolldown } from 'vite';

const configFile = fileURLToPath(new URL('../../vite.config.ts', import.meta.url));

/** The text of `dist/tracker/tracker.js` as a build would write it. */
export function buildTracker(): Promise<string> {
  return buildEnvironment('tracker');
}

/** The text of `dist/edge/worker.js` as a build would write it, with this tracker inside. */
export function buildWorker(trackerScript: string): Promise<string> {
  return buildEnvironment('edge', {
    name: 'tracker-script-in-memory',
    enforce: 'pre',
    resolveId: (id) => (id === 'virtual:tracker-script' ? '\0tracker-script-in-memory' : undefined),
    load: (id) =>
      id === '\0tracker-script-in-memory'
        ? `export default ${JSON.stringify(trackerScript)};`
        : undefined,
  });
}

async function buildEnvironment(name: 'tracker' | 'edge', plugin?: Plugin): Promise<string> {
  const builder = await createBuilder({
    configFile,
    logLevel: 'error',
    plugins: plugin ? [plugin] : [],
    environments: { [name]: { build: { write: false } } },
  });
  const environment = builder.environments[name];
  if (!environment) throw new Error(`vite.config.ts has no environment ${name}`);
  const built = await builder.build(environment);
  const { output } = (Array.isArray(built) ? built[0] : built) as Rolldown.RolldownOutput;
  return output[0].code;
}
