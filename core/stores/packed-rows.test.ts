import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LibsqlFile, openLibsqlFile } from './libsql-file.ts';
import { openLibsqlInboxSource } from './libsql-inbox.ts';
import { hitsMigrations } from './migrations/migrations.ts';

let folder: string;
let hits: LibsqlFile;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'canister-packed-'));
  hits = await openLibsqlFile(join(folder, 'hits.db'), hitsMigrations);
});
afterAll(() => {
  hits.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Bodies of any bytes: zeros, halves of characters, and what the lines are made of. */
const body = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc
    .constantFrom('', '\0', 'a\0b', '\n', '1 2 3 0 x\n', '{"t":"\\ud800"}')
    .map((text) => Buffer.from(text)),
  fc.constant(Buffer.from([0xff, 0xc3, 0x00, 0xed, 0xa0, 0x80])),
  fc.constant(null),
);
const row = fc.record({
  dataset: fc.option(fc.constantFrom('shop', 'blog-2', 'with space\nand line', 'ä')),
  isHit: fc.boolean(),
  receivedAt: fc.integer({ min: 0, max: 2 ** 45 }),
  body,
});

test('Whatever lies in the inbox is read as it was written, in its order, from any position', async () => {
  const inbox = openLibsqlInboxSource(hits);
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { maxLength: 20 }),
      fc.nat(22),
      fc.integer({ min: 1, max: 25 }),
      async (rows, behind, limit) => {
        const sql =
          'INSERT INTO hit_inbox (seq, dataset, hit_id, received_at, body) VALUES (?, ?, ?, ?, ?)';
        await hits.batch(
          [
            'DELETE FROM hit_inbox',
            ...rows.map(({ dataset, isHit, receivedAt, body }, index) => ({
              sql,
              args: [index + 1, dataset, isHit ? Buffer.alloc(16) : null, receivedAt, body],
            })),
          ],
          'write',
        );
        const expected = rows.map(({ dataset, isHit, receivedAt, body }, index) => ({
          seq: index + 1,
          dataset: dataset ?? undefined,
          receivedAt,
          body: body === null ? undefined : [...body],
          isCommand: !isHit && dataset !== null ? true : undefined,
        }));
        const taken = (await inbox.take(behind, limit)).map(({ isCommand, body, ...rest }) => ({
          ...rest,
          body: body && [...body],
          isCommand,
        }));
        expect(taken).toEqual(expected.slice(behind, behind + limit));
      },
    ),
    { numRuns: 150 },
  );
});

test('Many rows at once are read whole', async () => {
  await hits.batch(
    [
      'DELETE FROM hit_inbox',
      `INSERT INTO hit_inbox (seq, dataset, hit_id, received_at, body)
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
        SELECT i, 'shop', zeroblob(16), i, substr(randomblob(3000), 1, i % 3000) FROM n`,
    ],
    'write',
  );
  const rows = await openLibsqlInboxSource(hits).take(1_000, 2_000);
  expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 2_000 }, (_, n) => 1_001 + n));
  expect(rows.map(({ body }) => body?.length)).toEqual(rows.map(({ seq }) => seq % 3_000));
});
