/** Hits that were set aside, by the built command line: through a server and without one. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Product, runCommand, startProduct } from '../console/testing/product.ts';
import type { SetAsideList } from '../core/contract/status.ts';
import { openLibsqlFile } from '../core/stores/libsql-file.ts';
import { hitsMigrations } from '../core/stores/migrations/migrations.ts';

let data: string;
let product: Product | undefined;

const command = (...args: string[]) => runCommand([...args, '--dataset', 'shop', '--data', data]);
const list = async () =>
  JSON.parse((await command('set-aside', 'list', '--json')).out) as SetAsideList;

beforeEach(() => {
  data = join(mkdtempSync(join(tmpdir(), 'canister-set-aside-')), 'data');
});
afterEach(async () => {
  await product?.stop();
  rmSync(join(data, '..'), { recursive: true, force: true });
});

/** Puts hits into the inbox that only another version would have accepted. */
async function acceptUnusable(urls: readonly string[]): Promise<void> {
  const hits = await openLibsqlFile(join(data, 'hits.db'), hitsMigrations);
  const nowMs = Date.now();
  const client = { userAgent: 'Mozilla/5.0 Firefox/157.0' };
  await hits.batch(
    [
      ...urls.map((url) => {
        const hit = { id: randomUUID(), type: 'page_view', visitor: 'v', url, client };
        return {
          sql: "INSERT INTO hit_inbox (dataset, hit_id, received_at, body) VALUES ('shop', ?, ?, ?)",
          args: [randomBytes(16), nowMs, Buffer.from(JSON.stringify(hit))],
        };
      }),
      ...['received', 'accepted'].map((outcome) => ({
        sql: "INSERT INTO hit_count VALUES ('shop', ?, ?, '', ?)",
        args: [Math.floor(nowMs / 3_600_000), outcome, urls.length],
      })),
    ],
    'write',
  );
  hits.close();
}

test('They are listed, shown, processed again and deleted', async () => {
  await runCommand(['dataset', 'create', 'shop', '--data', data]);
  await acceptUnusable(['http://[', 'http://[x']);
  product = await startProduct({ data });
  let found = await list();
  for (const deadline = Date.now() + 20_000; found.total < 2 && Date.now() < deadline; )
    found = await list();
  expect(found.hits.map(({ number, reason }) => [number, reason])).toEqual([
    [2, 'url_invalid'],
    [1, 'url_invalid'],
  ]);
  expect((await command('set-aside', 'show', '2')).out).toContain('"url":"http://[x"');
  expect((await command('set-aside', 'replay', '1')).out).toBe(
    '1 hit was put back to be processed.\n',
  );
  expect((await command('set-aside', 'replay')).code).toBe(2);
  expect((await command('set-aside', 'show', 'x')).notes).toContain('no number of a hit');
  await product.stop();
  product = undefined;

  expect((await command('set-aside', 'list')).out).toMatch(
    /^number +received +bytes +reason\n +3 .*\n +2 /,
  );
  const unknown = await command('set-aside', 'delete', '1');
  expect([unknown.code, unknown.notes]).toEqual([1, expect.stringContaining('number 1 is set')]);
  expect((await command('set-aside', 'delete', '--all', '--json')).out).toBe('{"hits":2}\n');
  expect((await command('set-aside', 'list')).out).toBe('No hit is set aside.\n');
  const doctor = await runCommand(['doctor', '--data', data]);
  expect([doctor.code, doctor.out]).toEqual([0, expect.stringContaining('all 0 accepted hits')]);
});
