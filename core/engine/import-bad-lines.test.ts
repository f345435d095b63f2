/** Lines of a log that cannot be read: told with their place, counted, and in the way of no other. */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { logLine, logText, smallLog, smallLogSummary, tablesOf } from '../testing/log-text.ts';
import { createWorld, type World } from '../testing/world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
  await world.dataset({ slug: 'shop' });
});
afterEach(() => world.close());

describe('lines that cannot be read', () => {
  test('are listed with file, number and reason, and counted', async () => {
    const mixed = [
      'junk',
      '',
      logLine(0, '10.0.0.1'),
      'tab\there \u001b[2J',
      logLine(0, '10.0.0.1').replace('200', 'abc'),
      'x'.repeat(70_000),
      logLine(1, '10.0.0.1'),
    ];
    const summary = await world.importText('shop', {
      'first.log': smallLog,
      'odd\tname.log': mixed.join('\n'),
    });
    expect(summary).toMatchObject({ lines: 15, accepted: 10, duplicate: 0, excluded: 0, bad: 5 });
    const rows = readFileSync(summary.badFile ?? '', 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((row) => row.split('\t'));
    expect(rows.map(([file, number]) => [file, number])).toEqual(
      ['1', '2', '4', '5', '6'].map((number) => ['odd\\tname.log', number]),
    );
    expect(rows.map((row) => row.length)).toEqual(Array(5).fill(4));
    expect(rows[1]?.[2]).toBe('the line is empty');
    expect(rows[2]?.[3]).toBe('tab\\there \\u001b[2J');
    expect(rows[4]?.[2]).toBe('the line is longer than 64 KiB');
  });

  test('of no known format are refused, plain or compressed, and nothing is taken', async () => {
    const junk = 'no log at all\n'.repeat(50_000);
    for (const content of [junk, gzipSync(junk)]) {
      await expect(
        world.importText('shop', { 'notes.txt': content }, { pieceBytes: 1_000 }),
      ).rejects.toMatchObject({ code: 'import_format_unknown' });
    }
    // A promise that fails later, with nobody to hear of it, would end the process.
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await world.importText('shop', { 'access.log': smallLog })).toMatchObject(
      smallLogSummary,
    );
  });

  test('of a gzip file that was cut end the file, and every line is accounted for', async () => {
    const packed = gzipSync(smallLog);
    const number = await world.engine.beginImport('shop', { format: 'auto' });
    await world.engine.beginFile(number, 'cut.gz');
    await world.engine.feedFile(number, packed.subarray(0, packed.length - 10));
    await expect(world.engine.endFile(number)).rejects.toMatchObject({ code: 'file_unreadable' });
    await world.engine.beginFile(number, 'whole.gz');
    await world.engine.feedFile(number, packed);
    await world.engine.endFile(number);
    const summary = await world.engine.finishImport(number);
    expect(summary.accepted + summary.duplicate + summary.excluded + summary.bad).toBe(
      summary.lines,
    );
    expect((await tablesOf(world)).hits).toHaveLength(8);
  });

  test('with odd bytes are taken as they are', async () => {
    const odd = [
      logLine(0, '10.0.0.1', '/a\u0000b'),
      logLine(1, '10.0.0.1', '/%00?constructor=1'),
      logLine(2, '10.0.0.1', '/x', { referrer: 'https://constructor/' }),
    ];
    await world.importText('shop', {
      'access.log': Buffer.concat([Buffer.from(logText(...odd)), Buffer.from([0xff, 0xfe, 0x0a])]),
    });
    expect(await world.sql('shop', 'SELECT path FROM hits ORDER BY number')).toEqual([
      ['/a\u0000b'],
      ['/%00'],
      ['/x'],
    ]);
  });
});
