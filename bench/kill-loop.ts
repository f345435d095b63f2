/**
 * `npm run kill-loop -- --kills N [--seed S] [--minutes M]`: kills the real server again and again on one data folder, by turns at
 * each fail point and from outside at any moment, while clients send and retry; then audits what is stored. The last
 * line says the result. `--plant BUG` puts a known fault in, and `--at POINT` kills there alone.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type FailPoint, failPoints, plantedBugs } from '../core/fail-point.ts';
import { createRandom, type Random } from '../core/testing/seed/random.ts';
import { audit, isSound } from './faults/audit.ts';
import { startClients } from './faults/clients.ts';
import {
  ask,
  buildFailing,
  createDataset,
  type Ending,
  startServer,
  waitForRest,
} from './faults/server.ts';
import { freePort, pause } from './product.ts';

const outside = 'from outside';
type Moment = FailPoint | typeof outside;
const moments: readonly Moment[] = [...failPoints, outside];

const clientsCount = 4;
/** Far more than a life needs on a busy machine. */
const lifeMsMax = 60_000;
const restMsMax = 300_000;
/** An external kill comes while the server starts, or while it works. */
const outsideMsMax = 2_500;
const sayEvery = 50;

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '600' },
    plant: { type: 'string' },
    at: { type: 'string' },
  },
});
const kills = Number(values.kills);
const seed = Number(values.seed);
const endsAtMs = performance.now() + Number(values.minutes) * 60_000;

const isWhole = (number: number, least: number) => Number.isInteger(number) && number >= least;
const isOneOf = (names: readonly string[], name: string | undefined) =>
  name === undefined || names.includes(name);

if (!isWhole(kills, 1) || !isWhole(seed, 0) || !(endsAtMs > 0))
  refuse('Say how many kills: npm run kill-loop -- --kills 1000 --seed 1');
else if (!isOneOf(plantedBugs, values.plant)) refuse(`--plant is one of ${plantedBugs.join(', ')}`);
else if (!isOneOf(moments, values.at)) refuse(`--at is one of ${moments.join(', ')}`);
else await run();

function refuse(why: string): void {
  process.stderr.write(`${why}\n`);
  process.exitCode = 2;
}

async function run(): Promise<void> {
  buildFailing();
  const data = mkdtempSync(join(tmpdir(), 'canister-kill-loop-'));
  const slugs = ['shop', 'blog'];
  const writeKeys = new Map(slugs.map((slug) => [slug, createDataset(data, slug)]));
  const port = await freePort();
  const random = createRandom(seed);
  const clients = startClients({ port, writeKeys, random, count: clientsCount });
  const loop = await killAgainAndAgain(data, port, random);
  const last = startServer({ data, port });
  await clients.stop();
  await waitForRest(port, restMsMax);
  last.process.kill('SIGTERM');
  const ending = await last.ended;
  if (ending.code !== 0)
    loop.faults.push(`the last stop ended with ${ending.code}: ${last.said()}`);

  const found = await audit(data, clients.sent);
  found.faults.push(...loop.faults, ...clients.tally.refused, ...verify(data));
  for (const [moment, times] of loop.at) print(`${moment.padEnd(26)} ${times} kills`);
  for (const fault of found.faults) print(`fault: ${fault}`);
  const sound = isSound(found);
  print(
    `${found.stored} hits in ${found.sessions} sessions stored; ${clients.tally.retries} retries, ${clients.tally.repeated} hits repeated, ${found.strange} never sent, ${found.inboxLeft} left in the inbox, ${found.faults.length} other faults`,
  );
  print(
    `${loop.done} kills from seed ${seed}, ${found.sent} acknowledged hits: ${found.lost} lost, ${found.twice} twice, ${found.mismatches} mismatches: ${sound ? 'sound' : 'BROKEN'}`,
  );
  if (sound || values.plant !== undefined) rmSync(data, { recursive: true });
  else process.stderr.write(`The data stays in ${data}\n`);
  process.exitCode = sound ? 0 : 1;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

interface Loop {
  at: Map<string, number>;
  done: number;
  faults: string[];
}

async function killAgainAndAgain(data: string, port: number, random: Random): Promise<Loop> {
  const loop: Loop = { at: new Map(moments.map((moment) => [moment, 0])), done: 0, faults: [] };
  const isOver = () => loop.done >= kills || performance.now() > endsAtMs;
  for (let life = 0; !isOver() && loop.faults.length === 0; life += 1) {
    const moment = (values.at as Moment) ?? moments[life % moments.length] ?? outside;
    const came = await liveAndDie({ data, port, random, moment });
    if ('fault' in came) loop.faults.push(came.fault);
    else {
      loop.at.set(came.at, (loop.at.get(came.at) ?? 0) + 1);
      loop.done += 1;
    }
    if (loop.done % sayEvery === 0) process.stderr.write(`${loop.done} of ${kills} kills\n`);
  }
  return loop;
}

/** One life of the server; it ends where it should, or is killed from outside when it never comes there. */
async function liveAndDie(options: {
  data: string;
  port: number;
  random: Random;
  moment: Moment;
}): Promise<{ at: string } | { fault: string }> {
  const { data, port, random, moment } = options;
  // Hits come often, checkpoints seldom.
  const passes = random.whole(0, moment.startsWith('inbox-') ? 20 : 2);
  const server = startServer({
    data,
    port,
    environment: {
      ...(moment === outside ? {} : { FAIL_POINT: `${moment}:${passes}` }),
      ...(values.plant === undefined ? {} : { PLANTED_BUG: values.plant }),
    },
  });
  const waitMs = moment === outside ? random.whole(1, outsideMsMax) : lifeMsMax;
  const ending = await Promise.race<Ending | undefined>([
    server.ended,
    pause(waitMs).then(() => undefined),
  ]);
  if (ending === undefined) {
    server.process.kill('SIGKILL');
    await server.ended;
    return { at: moment === outside ? outside : `${moment} not reached` };
  }
  if (ending.signal === 'SIGKILL') return { at: moment };
  return { fault: `the server ended by itself with code ${ending.code}: ${server.said()}` };
}

/** The product's own look at what it has stored. */
function verify(data: string): string[] {
  const results = ask(data, 'verify') as {
    dataset: string;
    damagedCount: number;
    missingCount: number;
  }[];
  return results.flatMap(({ dataset, damagedCount, missingCount }) =>
    damagedCount + missingCount === 0
      ? []
      : [`verify of ${dataset}: ${damagedCount} damaged, ${missingCount} missing`],
  );
}
