/** SQL and exports over files that an erasure takes away. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeDatabase } from '../stores/published/make-database.ts';
import { placeOf, testSandbox, worldSql } from '../testing/sql-desk.ts';
import { createWorld, type World } from '../testing/world.ts';
import { createExportDesk } from './export-desk.ts';
import type { Sandbox, SandboxPart } from './sandbox.ts';
import { createSqlDesk } from './sql-desk.ts';

let world: World;
let sandbox: Sandbox;
beforeEach(async () => {
  world = await createWorld();
  await world.dataset({ slug: 'shop' });
  await world.send({ visitor: 'a' }, { visitor: 'b' }, { visitor: 'c' });
  world.advance(3_600_000);
  await world.settle();
  sandbox = testSandbox();
});
afterEach(async () => {
  await sandbox.close();
  await world.close();
});

async function erase(visitor: string): Promise<void> {
  await world.engine.beginErasure('shop', { visitor });
  const state = async () => (await world.engine.erasures('shop')).at(-1)?.state;
  await expect.poll(state, { timeout: 30_000 }).toBe('done');
}

const request = { sql: 'SELECT visitor_id FROM hits', parameters: [], values: {}, rowsMax: 10 };

function deskOver(run: Sandbox['run']) {
  const { savedQueries, close } = worldSql(world);
  const { engine } = world;
  const place = placeOf(world);
  const desk = createSqlDesk({ engine, sandbox: { ...sandbox, run }, place, savedQueries });
  return { desk, close };
}

/** A desk under which a visitor goes before its first statement is run; `asked` counts the statements. */
function deskErasingFirst() {
  let asked = 0;
  async function* erasing(...args: Parameters<Sandbox['run']>) {
    asked += 1;
    if (asked === 1) await erase('b');
    yield* sandbox.run(...args);
  }
  return { ...deskOver(erasing), asked: () => asked };
}

async function rowsOf(parts: AsyncIterable<SandboxPart>): Promise<unknown[][]> {
  const rows: unknown[][] = [];
  for await (const part of parts) if ('rows' in part) rows.push(...part.rows);
  return rows;
}

test('A query whose files go before it reads them is asked of those that are there then', async () => {
  const { desk, close, asked } = deskErasingFirst();
  expect((await desk.answer('shop', request)).rows).toEqual([['a'], ['c']]);
  const wrong = { ...request, sql: 'SELECT nothing FROM hits' };
  await expect(desk.answer('shop', wrong)).rejects.toMatchObject({ code: 'sql_invalid' });
  expect(asked()).toBe(3);
  await close();
});

test('An answer that is given as it comes is of the new files too, where none of its rows was given yet', async () => {
  const { desk, close } = deskErasingFirst();
  const { parts } = await desk.stream('shop', request);
  expect(await rowsOf(parts)).toEqual([['a'], ['c']]);
  await close();
});

test('Rows of files from before an erasure are not followed by others: it is told, or all is read again', async () => {
  let asked = 0;
  /** Some rows, and then those of the same files once more. */
  async function* erasingBetween(...args: Parameters<Sandbox['run']>) {
    asked += 1;
    if (asked % 2 === 1) {
      for await (const part of sandbox.run(...args)) {
        yield part;
        if ('rows' in part) break;
      }
      await erase(asked === 1 ? 'b' : 'c');
    }
    yield* sandbox.run(...args);
  }
  const { desk, close } = deskOver(erasingBetween);
  const { parts } = await desk.stream('shop', request);
  await expect(rowsOf(parts)).rejects.toMatchObject({ code: 'data_changed' });
  asked = 2;
  expect((await desk.answer('shop', request)).rows).toEqual([['a']]);
  await close();
});

test.each([
  'before',
  'behind',
])('An export whose files go %s they are read is made of those that are there then', async (when) => {
  const folder = mkdtempSync(join(tmpdir(), 'canister-export-test-'));
  let made = 0;
  const desk = createExportDesk({
    engine: world.engine,
    place: placeOf(world),
    exportsFolder: () => folder,
    async makeDatabase(asked) {
      made += 1;
      if (made === 1 && when === 'before') await erase('b');
      const result = await makeDatabase(asked);
      if (made === 1) await erase('b');
      return result;
    },
    clock: world.now,
  });
  const one = await desk.create('shop', undefined);
  expect([made, one.rows.hits]).toEqual([2, 2]);
  expect(existsSync(desk.find('shop', one.id).path)).toBe(true);
  expect(readdirSync(folder)).toHaveLength(1);
  rmSync(folder, { recursive: true });
});
