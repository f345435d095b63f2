/** The desk that imports come to piece by piece: one at a time, given up, and taken again. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLibsqlCounts } from '../stores/libsql-counts.ts';
import {
  logLine,
  logText,
  smallLog,
  smallLogSummary,
  tablesOf,
  tablesOfOneImport,
} from '../testing/log-text.ts';
import { createWorld, type World } from '../testing/world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
  await world.dataset({ slug: 'shop' });
});
afterEach(() => world.close());

describe('an import that is given up', () => {
  /** Visitors whose sessions end one after the other, and one whose session fills and goes on. */
  const long = [
    ...Array.from({ length: 2_500 }, (_, index) => logLine(index / 60, '10.9.9.9', `/${index}`)),
    ...Array.from({ length: 400 }, (_, index) =>
      logLine(45 + index, `10.0.${index % 5}.1`, `/b/${index}`),
    ),
  ];

  test('and taken again gives the same tables as one import', async () => {
    const expected = await tablesOfOneImport(logText(...long));
    expect(expected.sessions.some((row) => row.includes('hits_limit'))).toBe(true);
    for (const given of [10, 2_100, 2_600, 2_899]) {
      const other = await createWorld();
      await other.dataset({ slug: 'shop' });
      const number = await other.engine.beginImport('shop', { format: 'auto' });
      await other.engine.beginFile(number, 'access.log');
      await other.engine.feedFile(number, Buffer.from(logText(...long.slice(0, given))));
      await other.engine.endFile(number);
      await other.engine.abandonImport(number);
      const kept = await other.sql('shop', 'SELECT count(*) FROM hits');
      const summary = await other.importText('shop', { 'access.log': logText(...long) });
      expect(summary.duplicate).toBe(kept[0]?.[0]);
      expect(summary.accepted + summary.duplicate).toBe(2_900);
      expect(await tablesOf(other), `given up after ${given} lines`).toEqual(expected);
      // Every hit that is stored was accepted once; the lines that were given up with open sessions count only later.
      const counts = (await openLibsqlCounts(other.hits, other.now).read()).get('shop');
      expect(counts).toEqual({
        received: Number(kept[0]?.[0]) + 2_900,
        accepted: 2_900,
        duplicate: Number(kept[0]?.[0]),
        excluded: 0,
        bad: 0,
      });
      await other.close();
    }
  });

  test('in the middle of a file leaves the dataset ready for the next', async () => {
    const number = await world.engine.beginImport('shop', { format: 'auto' });
    await world.engine.beginFile(number, 'access.log');
    await world.engine.feedFile(number, Buffer.from(smallLog).subarray(0, 300));
    const waiting = world.importText('shop', { 'access.log': smallLog });
    await world.engine.abandonImport(number);
    expect(await waiting).toMatchObject(smallLogSummary);
    await expect(world.engine.finishImport(number)).rejects.toMatchObject({
      code: 'import_unknown',
    });
  });
});

describe('the desk that imports come to', () => {
  test('refuses bytes without a file, a file within a file, an end without a file, and a summary of a half one', async () => {
    const { engine } = world;
    const number = await engine.beginImport('shop', { format: 'auto' });
    const refused = { code: 'request_invalid' };
    await expect(engine.feedFile(number, Buffer.from(smallLog))).rejects.toMatchObject(refused);
    await expect(engine.endFile(number)).rejects.toMatchObject(refused);
    await engine.beginFile(number, 'one');
    await expect(engine.beginFile(number, 'two')).rejects.toMatchObject(refused);
    await expect(engine.finishImport(number)).rejects.toMatchObject(refused);
    await engine.feedFile(number, Buffer.from(smallLog));
    await engine.endFile(number);
    expect(await engine.finishImport(number)).toMatchObject(smallLogSummary);
    await expect(engine.beginFile(number, 'late')).rejects.toMatchObject({
      code: 'import_unknown',
    });
  });

  test('takes one piece after the other with one waiting, and never loses one', async () => {
    const { engine } = world;
    const number = await engine.beginImport('shop', { format: 'auto' });
    await engine.beginFile(number, 'one');
    const bytes = Buffer.from(smallLog);
    const answers = await Promise.allSettled([
      engine.feedFile(number, bytes.subarray(0, 100)),
      engine.feedFile(number, bytes.subarray(100)),
      engine.feedFile(number, bytes),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    await engine.endFile(number);
    expect(await engine.finishImport(number)).toMatchObject(smallLogSummary);
  });

  test('says how long an import took, by the clock that it was given', async () => {
    const number = await world.engine.beginImport('shop', { format: 'auto' });
    world.advance(2_500);
    expect((await world.engine.finishImport(number)).seconds).toBe(2.5);
  });

  test('lets an import of another dataset go ahead', async () => {
    await world.dataset({ slug: 'blog' });
    const number = await world.engine.beginImport('shop', { format: 'auto' });
    expect(await world.importText('blog', { 'access.log': smallLog })).toMatchObject(
      smallLogSummary,
    );
    await world.engine.abandonImport(number);
  });
});
