/**
 * How many log lines a second an import takes, end to end (parse, enrich, sessions, canister, DuckDB), against
 * GoAccess on the same file in the same run, where it is installed. GoAccess counts; it keeps no hit.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ImportSummary } from '../core/contract/import.ts';
import { sampleLog } from './sample-log.ts';

const rounds = 3;
const memoryPollMs = 20;
const dayMs = 86_400_000;
/** The sample spans four days; each copy is moved on by as many, so that no line comes twice. */
const copyDays = 4;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

interface Run {
  seconds: number;
  linesPerSecond: number;
  memoryMbMax: number;
}

export interface ImportResult {
  lines: number;
  canister: Run;
  /** The part of the time that the import itself says it took, without the start of the process. */
  canisterSecondsInside: number;
  goaccess?: Run;
  /** Canister's lines a second over GoAccess's. */
  ratio?: number;
  summary: ImportSummary;
}

/**
 * `BENCH_LOG` names a combined log, plain or gzip (else the sample beside the project, `../shared/data`);
 * `BENCH_COPIES` says how many times it is taken, each later by some days (50).
 */
export async function importLog(): Promise<ImportResult> {
  const folder = mkdtempSync(join(tmpdir(), 'canister-bench-'));
  try {
    const file = join(folder, 'access.log');
    const lines = await writeCopies(file, Number(process.env.BENCH_COPIES ?? 50));
    const canisterRuns: Run[] = [];
    const goaccessRuns: Run[] = [];
    const inside: number[] = [];
    let summary: ImportSummary | undefined;
    const hasGoaccess = spawnSync('goaccess', ['--version']).status === 0;
    for (let round = 0; round < rounds; round += 1) {
      const data = join(folder, `data-${round}`);
      canister(['dataset', 'create', 'bench', '--data', data]);
      const command = [launcher(), 'import', file, '--dataset', 'bench', '--data', data, '--json'];
      const { run, output } = await measure(process.execPath, command, lines);
      canisterRuns.push(run);
      summary = JSON.parse(output) as ImportSummary;
      inside.push(summary.seconds);
      if (hasGoaccess) {
        const options = ['--log-format=COMBINED', '--no-progress', '-o', join(folder, 'out.json')];
        goaccessRuns.push((await measure('goaccess', [file, ...options], lines)).run);
      }
    }
    if (summary === undefined) throw new Error('no round was run');
    const ours = medianRun(canisterRuns);
    const result = { lines, canister: ours, canisterSecondsInside: median(inside), summary };
    if (!hasGoaccess) return result;
    const theirs = medianRun(goaccessRuns);
    return {
      ...result,
      goaccess: theirs,
      ratio: round2(ours.linesPerSecond / theirs.linesPerSecond),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const launcher = () => fileURLToPath(new URL('../../canister.mjs', import.meta.url));
const canister = (args: string[]) =>
  execFileSync(process.execPath, [launcher(), ...args], { encoding: 'utf8' });

/** Writes the copies one after the other and gives the number of lines. */
async function writeCopies(file: string, copies: number): Promise<number> {
  const text = sampleLog();
  const out = createWriteStream(file, 'latin1');
  for (let copy = 0; copy < copies; copy += 1) {
    const moved = text.replace(
      /\[(\d{2})\/(\w{3})\/(\d{4}):/g,
      (_, day: string, month: string, year: string) => {
        const time = new Date(
          Date.UTC(Number(year), months.indexOf(month), Number(day)) + copy * copyDays * dayMs,
        );
        return `[${String(time.getUTCDate()).padStart(2, '0')}/${months[time.getUTCMonth()]}/${time.getUTCFullYear()}:`;
      },
    );
    if (!out.write(moved)) await new Promise<void>((resolve) => out.once('drain', () => resolve()));
  }
  await new Promise<void>((resolve) => out.end(() => resolve()));
  return copies * (text.split('\n').length - (text.endsWith('\n') ? 1 : 0));
}

/** Runs a command to its end; its peak memory is read from the kernel while it runs. */
async function measure(
  command: string,
  args: string[],
  lines: number,
): Promise<{ run: Run; output: string }> {
  const startedAt = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  let output = '';
  let memoryKb = 0;
  child.stdout.on('data', (piece) => {
    output += piece;
  });
  const poll = setInterval(() => {
    memoryKb = Math.max(memoryKb, peakMemoryKb(child.pid ?? 0));
  }, memoryPollMs);
  const code = await new Promise((resolve) => child.once('close', resolve));
  clearInterval(poll);
  if (code !== 0) throw new Error(`${command} ended with code ${code}`);
  const seconds = (performance.now() - startedAt) / 1000;
  const run = {
    seconds: round2(seconds),
    linesPerSecond: Math.round(lines / seconds),
    memoryMbMax: Math.round(memoryKb / 1024),
  };
  return { run, output };
}

function peakMemoryKb(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    // Not Linux, or the process has just ended: the last figure stands.
    return 0;
  }
}

function medianRun(runs: Run[]): Run {
  return runs.toSorted((a, b) => a.seconds - b.seconds)[Math.floor(runs.length / 2)] as Run;
}

const median = (values: number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const round2 = (value: number) => Math.round(value * 100) / 100;
