/** Builds the tracker and the edge worker by the project's own configuration, in memory. */
import { fileURLToPath } from 'node:url';
import { createBuilder, type Plugin, type Rolldown } from 'vite';

const configFile = fileURLToPath(new URL('../../vite.config.ts', import.meta.url));

/** The text of `dist/tracker/tracker.js` as a build would write it. */
export function buildTracker(): Promise<string> {
  return buildEnvironment('tracker');
}

/** The text of `dist/tracker/vitals.js` as a build would write it. */
export function buildVitals(): Promise<string> {
  return buildEnvironment('vitals');
}

/** The text of `dist/edge/worker.js` as a build would write it, with these scripts inside. */
export function buildWorker(trackerScript: string, vitalsScript: string): Promise<string> {
  const scripts: Record<string, string> = {
    'virtual:tracker-script': trackerScript,
    'virtual:vitals-script': vitalsScript,
  };
  return buildEnvironment('edge', {
    name: 'page-scripts-in-memory',
    enforce: 'pre',
    resolveId: (id) => (id in scripts ? `\0in-memory:${id}` : undefined),
    load(id) {
      const script = scripts[id.replace('\0in-memory:', '')];
      return script === undefined ? undefined : `export default ${JSON.stringify(script)};`;
    },
  });
}

async function buildEnvironment(
  name: 'tracker' | 'vitals' | 'edge',
  plugin?: Plugin,
): Promise<string> {
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
