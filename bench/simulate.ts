/**
 * `npm run simulate -- --seeds N [--from SEED]`: plays N histories with faults and judges each. A seed that fails is
 * named, so that it can be played again. The last line says the result.
 */
import { parseArgs } from 'node:util';
import { simulate } from '../core/testing/simulation.ts';

const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '1000' }, from: { type: 'string', default: '1' } },
});
const seeds = Number(values.seeds);
const from = Number(values.from);
const sayEvery = 500;

if (!Number.isInteger(seeds) || seeds < 1 || !Number.isInteger(from) || from < 0) {
  process.stderr.write('Say how many histories: npm run simulate -- --seeds 10000 --from 1\n');
  process.exitCode = 2;
} else {
  await play();
}

async function play(): Promise<void> {
  const moments = new Map<string, number>();
  let failed = 0;
  let crashes = 0;
  let acknowledged = 0;
  for (let seed = from; seed < from + seeds; seed += 1) {
    const result = await simulate(seed);
    crashes += result.crashes;
    acknowledged += result.acknowledged;
    for (const [name, times] of result.moments) moments.set(name, (moments.get(name) ?? 0) + times);
    if (result.faults.length > 0) {
      failed += 1;
      process.stdout.write(`seed ${seed}: ${result.faults.join('; ')}\n`);
    }
    if ((seed - from + 1) % sayEvery === 0)
      process.stderr.write(`${seed - from + 1} of ${seeds} histories\n`);
  }
  // Crashes by the moment at which they came; then failing, full and slow disks.
  for (const [name, times] of [...moments].sort())
    process.stdout.write(`${name.padEnd(26)} ${times}\n`);
  process.stdout.write(
    `${seeds} histories from seed ${from}, ${crashes} crashes, ${acknowledged} acknowledged hits: ${failed} failed\n`,
  );
  if (failed > 0) process.exitCode = 1;
}
