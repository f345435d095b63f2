import { appendFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sourceSchema } from '../contract/source.ts';
import { openSourceWorld } from '../testing/source-world.ts';
import type { World } from '../testing/world.ts';
import type { OpenSourceDesk } from './source-desk.ts';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (number: number) => String(number).padStart(2, '0');
const hourMs = 3_600_000;

let world: World;
let folder: string;
let desk: OpenSourceDesk;
async function begin(): Promise<void> {
  ({ world, folder, desk } = await openSourceWorld({ readsFolder: true }));
}
beforeEach(begin);
afterEach(() => world.close());

/** A line of the Combined format, so many seconds after the world's clock began, less a day. */
function line(seconds: number, address: string, path = '/'): string {
  const at = new Date(Date.UTC(2026, 10, 20, 10) + seconds * 1_000);
  const time = `${two(at.getUTCDate())}/${months[at.getUTCMonth()]}/${at.getUTCFullYear()}:${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0000`;
  return `${address} - - [${time}] "GET ${path} HTTP/1.1" 200 12 "-" "Mozilla/5.0 Firefox/143.0"\n`;
}

/** Ten visitors at a time, for four hours, with equal lines among theirs; each is gone after forty minutes. */
function wholeLog(): string[] {
  return Array.from({ length: 400 }, (_, index) => {
    const visitor = `10.0.${Math.floor(index / 66)}.${(index * 7) % 10}`;
    return line(Math.floor(index / 2) * 72, visitor, `/p${index % 3}`);
  }).flatMap((one, index) => (index % 50 === 0 ? [one, one] : [one]));
}

const source = (more: object = {}) =>
  sourceSchema.parse({
    name: 'Web',
    dataset: 'shop',
    locations: [join(folder, 'access.log*')],
    lateMs: 0,
    ...more,
  });

/** All that the logs say, without what hangs on the dataset's secret and on the places in the segments. */
async function tables(from: World = world) {
  const { analytics } = from.stores('shop');
  const read = async (sql: string) => (await analytics.query(sql, [])).rows;
  return {
    sessions: await read(
      'SELECT * EXCLUDE (visitor_id, address_key, segment_day, segment_offset, segment_length) FROM store.sessions ORDER BY ALL',
    ),
    hits: await read('SELECT * EXCLUDE (visitor_id) FROM store.hits ORDER BY ALL'),
  };
}

const isOver = () => expect.poll(async () => (await desk.show('Web')).state.isRunning).toBe(false);

const count = async () =>
  (
    await world.sql('shop', 'SELECT (SELECT count(*) FROM hits), (SELECT count(*) FROM sessions)')
  )[0];

describe('a source of local files', () => {
  test('taken in ten overlapping cuts, rotated and packed, gives the tables of one import', async () => {
    const all = wholeLog();
    writeFileSync(join(folder, 'access.log'), all.join(''));
    await desk.save(source(), undefined);
    expect(await desk.run('Web')).toMatchObject({
      state: 'done',
      accepted: all.length,
      openHits: 0,
    });
    const once = await tables();
    expect(once.hits).toHaveLength(all.length);

    await world.close();
    await begin();
    // While the log grows, a day is not over: what is open stays open.
    const late = source({ lateMs: 48 * hourMs });
    await desk.save(late, undefined);
    const log = join(folder, 'access.log');
    const [runs, text] = [[] as number[], all.join('')];
    for (let cut = 0; cut < 10; cut += 1) {
      const from = Math.floor((text.length * cut) / 10);
      const to = Math.floor((text.length * (cut + 1)) / 10);
      if (cut === 4) {
        renameSync(log, join(folder, 'access.log.1'));
        // The new file begins with lines of the old one: an overlap.
        const start = text.lastIndexOf('\n', from - 2_000) + 1;
        writeFileSync(log, text.slice(start, to));
      } else if (cut === 7) {
        writeFileSync(join(folder, 'access.log.2.gz'), gzipSync(text.slice(0, to)));
        appendFileSync(log, text.slice(from, to));
      } else appendFileSync(log, text.slice(from, to));
      const run = await desk.run('Web');
      expect(run.problems).toEqual([]);
      runs.push(run.accepted);
    }
    await desk.save({ ...late, lateMs: 0 }, undefined);
    runs.push((await desk.run('Web')).accepted);
    expect(runs.reduce((sum, accepted) => sum + accepted, 0)).toBe(all.length);
    expect(runs.filter((accepted) => accepted > 0).length).toBeGreaterThan(2);
    expect(await tables()).toEqual(once);
    expect(await desk.run('Web')).toMatchObject({ files: 0, lines: 0, accepted: 0, duplicate: 0 });
  });

  test('keeps counts whole, and takes a last line only when it is complete', async () => {
    const log = join(folder, 'access.log');
    const whole = `${line(0, '10.0.0.1') + line(1, '10.0.0.1', '/b')}no log line\n`;
    const half = line(2, '10.0.0.1', '/c');
    writeFileSync(log, whole + half.slice(0, 40));
    await desk.save(source(), undefined);
    expect(await desk.run('Web')).toMatchObject({ lines: 3, accepted: 2, bad: 1 });
    appendFileSync(log, half.slice(40));
    expect(await desk.run('Web')).toMatchObject({ lines: 1, accepted: 1, duplicate: 0, bad: 0 });
    expect((await count())?.[0]).toBe(3);
  });

  test('counts each line of a packed copy that comes while its sessions are open', async () => {
    const all = wholeLog();
    const log = join(folder, 'access.log');
    writeFileSync(log, all.join(''));
    const late = source({ lateMs: 48 * hourMs });
    await desk.save(late, undefined);
    const runs = [await desk.run('Web')];
    writeFileSync(join(folder, 'access.log.2.gz'), gzipSync(all.join('')));
    runs.push(await desk.run('Web'));
    await desk.save({ ...late, lateMs: 0 }, undefined);
    runs.push(await desk.run('Web'), await desk.run('Web'));
    const sum = (count: 'lines' | 'accepted' | 'duplicate') =>
      runs.reduce((total, run) => total + run[count], 0);
    expect([sum('lines'), sum('accepted'), sum('duplicate')]).toEqual([
      2 * all.length,
      all.length,
      all.length,
    ]);
  });

  test('of two servers are merged by time: a session that goes to and fro is one', async () => {
    writeFileSync(
      join(folder, 'access.log.a'),
      line(0, '10.0.0.1') + line(3_000, '10.0.0.1') + line(20_000, '10.0.0.9'),
    );
    writeFileSync(
      join(folder, 'access.log.b'),
      line(1_500, '10.0.0.1') + line(4_500, '10.0.0.1') + line(20_000, '10.0.0.8'),
    );
    await desk.save(source(), undefined);
    expect(await desk.run('Web')).toMatchObject({ files: 2, accepted: 6, sessions: 3 });
  });

  test('goes on after copytruncate and after a file is gone with sessions still open', async () => {
    const log = join(folder, 'access.log');
    await desk.save(source({ lateMs: 48 * hourMs }), undefined);
    writeFileSync(log, line(0, '10.0.0.1') + line(5, '10.0.0.2'));
    expect(await desk.run('Web')).toMatchObject({ accepted: 0, openHits: 2 });
    truncateSync(log, 0);
    appendFileSync(log, line(60, '10.0.0.1', '/later'));
    expect(await desk.run('Web')).toMatchObject({ openHits: 3, problems: [] });
    rmSync(log);
    writeFileSync(join(folder, 'access.log.other'), line(9_000, '10.0.0.7'));
    expect(await desk.run('Web')).toMatchObject({ accepted: 3, openHits: 1 });
    expect(await count()).toEqual([3, 2]);
  });

  test('whose fetched bytes are gone, as in a folder that was put back, has them again', async () => {
    const log = join(folder, 'access.log');
    const lines = [line(0, '10.0.0.1'), line(60, '10.0.0.2'), line(120, '10.0.0.1', '/b')];
    writeFileSync(log, lines.join(''));
    const late = source({ lateMs: 48 * hourMs });
    await desk.save(late, undefined);
    expect(await desk.run('Web')).toMatchObject({ openHits: 3, lines: 0 });
    rmSync(join(world.root, 'sources'), { recursive: true });
    // The file has not changed since, and is fetched all the same.
    expect(await desk.run('Web')).toMatchObject({ openHits: 3, lines: 0, files: 1 });
    await desk.save({ ...late, lateMs: 0 }, undefined);
    expect(await desk.run('Web')).toMatchObject({ accepted: 3, openHits: 0, problems: [] });
    expect(await count()).toEqual([3, 2]);
    expect(await desk.run('Web')).toMatchObject({ files: 0, lines: 0, duplicate: 0 });
  });

  test('says what was wrong with one file and takes the others', async () => {
    writeFileSync(join(folder, 'access.log.good'), line(0, '10.0.0.1'));
    writeFileSync(join(folder, 'access.log.html'), '<!DOCTYPE html><title>Sign in</title>\n');
    writeFileSync(join(folder, 'access.log.cut.gz'), gzipSync(line(1, '10.0.0.2')).subarray(0, 50));
    writeFileSync(
      join(folder, 'access.log.bin'),
      Buffer.from(Array.from({ length: 5_000 }, (_, index) => (index * 7) % 256)),
    );
    await desk.save(source(), undefined);
    const run = await desk.run('Web');
    expect(run).toMatchObject({ state: 'partly', accepted: 1 });
    expect(run.problems.join('\n')).toMatch(/access\.log\.html is a page in HTML/);
    expect(run.problems.join('\n')).toMatch(
      /access\.log\.cut\.gz: The gzip data is damaged or cut/,
    );
    expect(run.problems).toHaveLength(3);
    await expect(desk.history('Web', 5)).resolves.toEqual([run]);
  });

  test('outside of the folders that may be read are refused, also behind a link', async () => {
    await desk.save(source({ locations: [join(world.root, '*.db')] }), undefined);
    const run = await desk.run('Web');
    expect(run).toMatchObject({ state: 'failed', files: 0 });
    expect(run.problems[0]).toContain('is in none of the folders that sources may read');
    expect((await desk.show('Web')).state).toMatchObject({ failures: 1, isRunning: false });
  });
});

describe('a schedule', () => {
  test('runs what is due, waits longer after failures, and rests while paused', async () => {
    await desk.save(source({ schedule: '*/10 * * * *', timeZone: 'Asia/Kathmandu' }), undefined);
    expect((await desk.show('Web')).state.nextRunAt).toBe(world.now() + 5 * 60_000);
    await desk.runDue();
    expect(await desk.history('Web', 9)).toEqual([]);
    world.advance(5 * 60_000);
    await desk.runDue();
    await isOver();
    const [run] = await desk.history('Web', 9);
    expect(run).toMatchObject({ reason: 'schedule', startedAt: world.now() });
    expect((await desk.setPaused('Web', true)).state.nextRunAt).toBeUndefined();
  });

  test('goes on at once after a clock that was a year ahead', async () => {
    const yearMs = 365 * 24 * hourMs;
    world.advance(yearMs);
    await desk.save(source(), undefined);
    await desk.run('Web');
    world.advance(-yearMs);
    expect((await desk.show('Web')).state.nextRunAt).toBe(world.now());
    await desk.runDue();
    await isOver();
    expect(await desk.history('Web', 9)).toMatchObject([
      { reason: 'schedule', startedAt: world.now() },
      { reason: 'hand' },
    ]);
    expect((await desk.show('Web')).state.nextRunAt).toBe(world.now() + 5 * 60_000);
  });

  test('tells that no line could be used, as where the clock is a year behind', async () => {
    writeFileSync(join(folder, 'access.log'), line(0, '10.0.0.1') + line(1, '10.0.0.2'));
    world.advance(-365 * 24 * hourMs);
    await desk.save(source(), undefined);
    const run = await desk.run('Web');
    expect(run).toMatchObject({ state: 'failed', lines: 2, bad: 2 });
    expect(run.problems).toEqual([
      expect.stringMatching(
        /access\.log: not one of 2 lines could be used as combined; line 1: the time 2026-11-20T10:00:00.000Z is in the future: of a wrong clock or zone\. All bad lines/,
      ),
    ]);
  });

  test('counts a run of which no line could be read as a failure, and as none once one could', async () => {
    const [one, other] = [join(folder, 'access.log'), join(folder, 'access.log.1')];
    writeFileSync(one, 'no log line\nneither this\n');
    await desk.save(source({ import: { format: 'combined' } }), undefined);
    const run = await desk.run('Web');
    expect(run).toMatchObject({ state: 'failed', lines: 2, bad: 2 });
    expect(run.problems.join()).toContain(
      'not one of 2 lines could be used as combined; line 1: no',
    );
    expect((await desk.show('Web')).state.failures).toBe(1);
    appendFileSync(one, 'nor this\n');
    writeFileSync(other, line(0, '10.0.0.1'));
    expect(await desk.run('Web')).toMatchObject({ state: 'partly', accepted: 1, bad: 1 });
    expect((await desk.show('Web')).state.failures).toBe(0);
    writeFileSync(join(folder, 'access.log.3'), '\n');
    expect(await desk.run('Web')).toMatchObject({ state: 'done', bad: 1, problems: [] });
  });

  test('fails where no format is found in what was fetched', async () => {
    writeFileSync(join(folder, 'access.log'), 'no log line\n');
    await desk.save(source(), undefined);
    expect(await desk.run('Web')).toMatchObject({ state: 'failed', lines: 0 });
  });

  test('of no meaning, and sources without what they need, are refused', async () => {
    const refused = async (more: object) =>
      await desk.save(source(more), undefined).then(
        () => 'taken',
        (error: Error) => error.message,
      );
    expect(await refused({ schedule: '99 * * * *' })).toContain('is not understood');
    expect(await refused({ import: { format: 'klingon' } })).toContain('no name of a format');
    expect(await refused({ import: { fields: { at: 'time' } } })).toContain('fields: are keys');
    expect(await refused({ import: { encoding: 'utf-16' } })).toContain('encoding: "utf-16"');
    expect(await refused({ dataset: 'none' })).toContain('No dataset is called');
    expect(await refused({ locations: ['sftp://h.example/a.log'] })).toContain('host key');
    expect(await refused({ locations: ['s3://bucket/a.log'] })).toContain('access key');
    expect(() => source({ locations: ['ftp://ann:secret@h.example/a'] })).toThrow('password');
    expect(() => source({ locations: ['file:///etc/passwd'] })).toThrow('no path');
  });
});
