/** `npm run bench -- NAME`: each bench prints its figures as JSON and compares with a baseline in the same run. */
import { alerts } from './alerts.ts';
import { backfill } from './backfill.ts';
import { collect } from './collect.ts';
import { console } from './console.ts';
import { digest } from './digest.ts';
import { engine } from './engine.ts';
import { enrich } from './enrich.ts';
import { events } from './events.ts';
import { formats } from './formats.ts';
import { importLog } from './import.ts';
import { memory } from './memory.ts';
import { overload } from './overload.ts';
import { publish } from './publish.ts';
import { query } from './query.ts';
import { recover } from './recover.ts';
import { sandbox } from './sandbox.ts';
import { seal } from './seal.ts';
import { search } from './search.ts';

const benches: Record<string, () => Promise<object>> = {
  alerts,
  backfill,
  collect,
  console,
  digest,
  engine,
  enrich,
  events,
  formats,
  import: importLog,
  memory,
  overload,
  publish,
  query,
  recover,
  sandbox,
  seal,
  search,
};

const name = process.argv[2] ?? '';
const bench = benches[name];
if (bench === undefined) {
  process.stderr.write(
    `Name a bench: ${Object.keys(benches).join(', ')}. For example: npm run bench -- collect\n`,
  );
  process.exitCode = 2;
} else {
  process.stdout.write(`${JSON.stringify(await bench(), null, 2)}\n`);
}
