/**
 * `npm run power-loss -- --requests N [--every K] [--plant BUG]`: watches every file call of the real server with
 * strace, makes the disks that a power cut would leave after each of them, and starts the core on each. Whatever was
 * acknowledged by then must be stored once. The last line says the result.
 */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { plantedBugs } from '../core/fail-point.ts';
import { Disk, type ImageFile, layDown, type PowerCut, powerCuts } from './faults/disk.ts';
import { judge, type Verdict } from './faults/judge.ts';
import { buildFailing, startServer, waitForRest } from './faults/server.ts';
import { readTrace, tracedCalls } from './faults/trace.ts';
import { freePort, pause } from './product.ts';

const slug = 'shop';
const userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:157.0) Gecko/20100101 Firefox/157.0';
const hitsPerRequest = 3;
const betweenRequestsMs = 40;
const restMsMax = 30_000;
const shownFaultsMax = 20;
const sayEvery = 500;

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '40' },
    every: { type: 'string', default: '1' },
    plant: { type: 'string' },
  },
});
const requests = Number(values.requests);
const every = Number(values.every);

if (!Number.isInteger(requests) || requests < 1 || !Number.isInteger(every) || every < 1)
  refuse('Say how many requests: npm run power-loss -- --requests 40 --every 1');
else if (values.plant !== undefined && !(plantedBugs as readonly string[]).includes(values.plant))
  refuse(`--plant is one of ${plantedBugs.join(', ')}`);
else if (spawnSync('strace', ['-V']).status !== 0)
  refuse('This needs strace, for example: apt-get install strace');
else await run();

function refuse(why: string): void {
  process.stderr.write(`${why}\n`);
  process.exitCode = 2;
}

async function run(): Promise<void> {
  buildFailing();
  const base = mkdtempSync(join(tmpdir(), 'canister-power-loss-'));
  // Images need no disk: they live for a moment.
  const memory = existsSync('/dev/shm') ? mkdtempSync('/dev/shm/canister-power-loss-') : base;
  try {
    const root = join(base, 'disk');
    const trace = join(base, 'trace');
    mkdirSync(root);
    const sent = await watchServer(root, trace);
    process.stderr.write(`${sent.length} requests answered. Cutting the power …\n`);
    report(await cutEverywhere({ root, trace, sent, imageFolder: join(memory, 'image') }));
  } finally {
    rmSync(base, { recursive: true, force: true });
    rmSync(memory, { recursive: true, force: true });
  }
}

/** The server makes its data folder, a dataset, and stores hits. Gives the ids of each request, in order. */
async function watchServer(root: string, trace: string): Promise<string[][]> {
  const port = await freePort();
  const strace = `strace -f --seccomp-bpf -xx -s 16777216 -e trace=${tracedCalls} -o ${trace}`;
  const server = startServer({
    data: join(root, 'data'),
    port,
    under: strace.split(' '),
    ...(values.plant === undefined ? {} : { environment: { PLANTED_BUG: values.plant } }),
  });
  const address = `http://127.0.0.1:${port}`;
  await untilReady(address);
  const asked = await fetch(`${address}/api/datasets`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Canister': 'power-loss' },
    body: JSON.stringify({ slug }),
  });
  const { writeKey } = (await asked.json()) as { writeKey: string };
  const sent: string[][] = [];
  for (let request = 0; request < requests; request += 1) {
    sent.push(await send(address, writeKey, `v${Math.floor(request / 3)}`));
    await pause(betweenRequestsMs);
  }
  await waitForRest(port, restMsMax);
  // strace passes the signal on to nobody: the program under it is told itself.
  const [child] = childrenOf(server.process.pid);
  if (child === undefined) throw new Error('the server under strace is gone');
  process.kill(child, 'SIGTERM');
  const { code } = await server.ended;
  if (code !== 0) throw new Error(`the server ended with code ${code}: ${server.said()}`);
  return sent;
}

async function untilReady(address: string): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    const answer = await fetch(`${address}/healthz`).catch(() => undefined);
    if (answer?.ok) return;
    await pause(50);
  }
  throw new Error('the server under strace did not start');
}

async function send(address: string, writeKey: string, visitor: string): Promise<string[]> {
  const ids = Array.from({ length: hitsPerRequest }, () => randomUUID());
  const url = 'https://shop.example/teas';
  const hits = ids.map((id) => ({ dataset: writeKey, id, type: 'page_view', visitor, url }));
  const answer = await fetch(`${address}/hits`, {
    method: 'POST',
    headers: { 'User-Agent': userAgent },
    body: JSON.stringify(hits),
  });
  await answer.arrayBuffer();
  if (answer.status !== 202) throw new Error(`a hit was answered with ${answer.status}`);
  return ids.map((id) => id.replaceAll('-', ''));
}

function childrenOf(pid: number | undefined): number[] {
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
  return stdout.split('\n').flatMap((line) => (line.trim() === '' ? [] : [Number(line)]));
}

interface Outcome {
  cuts: number;
  images: Map<PowerCut, number>;
  distinct: number;
  /** Images in which something acknowledged was not there; the most that one image had lost. */
  losing: number;
  lostMax: number;
  twice: number;
  mismatches: number;
  refused: number;
  acknowledged: number;
  faults: string[];
}

async function cutEverywhere(options: {
  root: string;
  trace: string;
  sent: readonly (readonly string[])[];
  imageFolder: string;
}): Promise<Outcome> {
  const { root, trace, sent, imageFolder } = options;
  const disk = new Disk(root);
  const verdicts = new Map<string, Verdict>();
  const acknowledged: string[] = [];
  const outcome: Outcome = {
    cuts: 0,
    images: new Map(powerCuts.map((how) => [how, 0])),
    distinct: 0,
    losing: 0,
    lostMax: 0,
    twice: 0,
    mismatches: 0,
    refused: 0,
    acknowledged: 0,
    faults: [],
  };
  let events = 0;
  for await (const event of readTrace(trace, root)) {
    disk.apply(event);
    if (event.do === 'sync-begins') continue;
    if (event.do === 'acknowledge') {
      acknowledged.push(...(sent[outcome.acknowledged] ?? []));
      outcome.acknowledged += 1;
    }
    events += 1;
    if (events % every !== 0) continue;
    outcome.cuts += 1;
    for (const how of disk.isAtRisk() ? powerCuts : powerCuts.slice(0, 1)) {
      const files = disk.cut(how);
      const key = files.map((file) => file.key).join('\n');
      let verdict = verdicts.get(key);
      if (verdict === undefined) {
        verdict = await judgeImage(files, imageFolder);
        verdicts.set(key, verdict);
        if (verdicts.size % sayEvery === 0) process.stderr.write(`${verdicts.size} images\n`);
      }
      const what =
        event.do === 'acknowledge' ? 'an answer' : `${event.do} ${event.path.slice(root.length)}`;
      weigh(outcome, verdict, acknowledged, `${how} after ${what} (call ${events})`);
      outcome.images.set(how, (outcome.images.get(how) ?? 0) + 1);
    }
  }
  outcome.distinct = verdicts.size;
  if (outcome.acknowledged !== sent.length)
    outcome.faults.push(`${outcome.acknowledged} answers in the trace, ${sent.length} were sent`);
  return outcome;
}

async function judgeImage(files: readonly ImageFile[], folder: string): Promise<Verdict> {
  layDown(files, folder);
  return await judge(join(folder, 'data'), slug);
}

function weigh(
  outcome: Outcome,
  { stored, mismatches, refused }: Verdict,
  acknowledged: readonly string[],
  where: string,
): void {
  const known = new Set(stored);
  const lost = acknowledged.filter((id) => !known.has(id)).length;
  const twice = stored.length - known.size;
  if (lost > 0) outcome.losing += 1;
  outcome.lostMax = Math.max(outcome.lostMax, lost);
  outcome.twice += twice;
  outcome.mismatches += mismatches;
  if (refused !== undefined) outcome.refused += 1;
  if (lost + twice + mismatches > 0 || refused !== undefined)
    outcome.faults.push(
      `${where}: ${lost} lost, ${twice} twice, ${mismatches} mismatches${refused === undefined ? '' : `, refused: ${refused}`}`,
    );
}

function report(outcome: Outcome): void {
  const { cuts, images, distinct, losing, lostMax, twice, mismatches, refused, faults } = outcome;
  const print = (line: string) => process.stdout.write(`${line}\n`);
  for (const [how, count] of images) print(`${how.padEnd(10)} ${count} images`);
  for (const fault of faults.slice(0, shownFaultsMax)) print(`fault: ${fault}`);
  if (faults.length > shownFaultsMax) print(`and ${faults.length - shownFaultsMax} more faults`);
  const all = [...images.values()].reduce((sum, count) => sum + count, 0);
  print(
    `${cuts} power cuts, ${all} images (${distinct} different), ${outcome.acknowledged * hitsPerRequest} acknowledged hits: ${losing} images lost some (${lostMax} at most), ${twice} twice, ${mismatches} mismatches, ${refused} refused: ${faults.length === 0 ? 'sound' : 'BROKEN'}`,
  );
  process.exitCode = faults.length === 0 ? 0 : 1;
}
