/**
 * The rule of exit codes over all commands: 2 where the command line itself is wrong, 1 where what it asks for is not
 * there or cannot be done, and 1 for what a file holds.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Product, runCommand, startProduct } from '../console/testing/product.ts';

let folder: string;
let product: Product;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'canister-wrong-use-'));
  writeFileSync(join(folder, 'access.log'), '');
  writeFileSync(join(folder, 'lacking.json'), '{"name": "a"}');
  writeFileSync(join(folder, 'broken.json'), '{');
  product = await startProduct({ data: join(folder, 'data') });
  await run('dataset', 'create', 'shop');
  await run('dataset', 'create', 'blog');
});
afterAll(async () => {
  await product?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const run = (...args: string[]) => runCommand([...args, '--data', join(folder, 'data')]);

/** Words of a line; quotes keep blanks, and FOLDER stands for that of the test. */
const words = (line: string) =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) =>
    (quoted ?? bare ?? '').replace('FOLDER', folder),
  );

test('A command that is given nothing does its work, or is refused as wrongly used', async () => {
  const { out } = await run('--help-all');
  // Where an argument is needed, the parser sees to it.
  const commands = [...out.matchAll(/^Usage: canister (.+) \[options\]([^<\n]*)$/gm)].map(
    ([, names = '']) => names,
  );
  expect(commands).toContain('event save');
  const runs = ['serve', 'demo'];
  for (const names of commands.filter((one) => !runs.includes(one))) {
    const { code, notes } = await run(...names.split(' '));
    expect([0, 2], `${names}: ${notes}`).toContain(code);
  }
}, 180_000);

test.each([
  'export --dataset shop --out x --from 2026-11-01',
  'export --dataset shop --out x --from 2026-11-02 --to 2026-11-01',
  'report overview --dataset shop --from 2026-11-02 --to 2026-11-01',
  'report overview --dataset shop --from 2006-11-02 --to 2026-11-01',
  'report overview --dataset shop --format xlsx',
  'report save --dataset shop',
  'report delete --dataset shop',
  'search --dataset shop "response.status = 404" --from 2026-11-02 --to 2026-11-01',
  'search --dataset shop "response.status = 404" --latest 0',
  'search --dataset shop',
  'shared-links create overview --dataset shop --from 2026-11-02 --to 2026-11-01',
  'annotation save --dataset shop --name a --day 2026-11-02 --until 2026-11-01',
  'label save --dataset shop --name a',
  'campaign save --dataset shop --name a',
  'campaign save --dataset shop --name a --condition "session.hits > 1" --utm-source b',
  'funnel save --dataset shop --name a --stage b',
  'campaign costs FOLDER/access.log --dataset shop --column day',
  'event list',
  'event save --dataset shop --name a',
  'event save --dataset shop --name a --trigger every_hit --condition "session.hits > 1" --record x',
  'event dry-run a --dataset shop --from 2026-11-02 --to 2026-11-01',
  'event backfill a --dataset shop --from x',
  'event publish --dataset shop',
  'event diff x --dataset shop',
  'alert save --dataset shop --name a',
  'alert save --dataset shop --name a --event b',
  'alert save --dataset shop --name a --event b --metric hits',
  'alert save --dataset shop --name a --event b --param c=d',
  'alert save --dataset shop --name a --measure count --event b --blackout x',
  'alert dry-run --dataset shop',
  'channel save a --mail b@c.example --webhook https://d.example',
  'source create a --dataset shop',
  'subscription create a --dataset shop --to b@c.example',
  'subscription create a --dataset shop --daily',
  'delivery resend x',
  'job cancel x',
  'user create a@b.example',
  'user create a --role reader:shop',
  'key create a --role reader:shop --role analyst:shop',
  'dataset create Shop!',
  'visitor export --dataset shop',
  'visitor erase a --user b --dataset shop',
  'recut --dataset shop --discard --apply',
  'set-aside replay x --dataset shop',
  'set-aside show x --dataset shop',
  'import FOLDER/access.log --dataset shop --follow --dry-run',
  'import FOLDER/access.log - --dataset shop --follow',
  'import FOLDER/access.log --dataset shop --field a',
  'import FOLDER/access.log --dataset shop --field a=b',
  'import FOLDER/access.log --dataset shop --format x',
  'import FOLDER/access.log --dataset shop --encoding x',
  'import FOLDER/access.log --dataset shop --session-cookie a --referrer-chain',
  'import FOLDER/access.log --dataset shop --date-format %F',
  'import FOLDER/access.log --dataset shop --format combined --time-format %T',
  'import FOLDER/access.log --dataset shop --follow --date-format %F',
  'import - --dataset shop --host-dataset a=b',
])('Wrong use: %s', async (line) => {
  const { code, out, notes } = await run(...words(line));
  expect([code, out], notes).toEqual([2, '']);
});

test.each([
  'import FOLDER/none.log --dataset shop',
  'import FOLDER/access.log --dataset none',
  'report none --dataset shop',
  'report save FOLDER/broken.json --dataset shop',
  'search --dataset shop "none = 1"',
  'search --dataset shop --saved none',
  'query --dataset shop "SELECT none"',
  'event show none --dataset shop',
  'event rollback --to 99 --dataset shop',
  'label delete none --dataset shop',
  'job cancel import-99',
  'source run none',
  'dataset create shop',
  'visitor export none --dataset shop',
  'alert save --dataset shop --file FOLDER/lacking.json',
  'subscription create a --file FOLDER/lacking.json',
  'rules set FOLDER/broken.json --dataset shop',
  'config import FOLDER/lacking.json --dataset shop',
])('Rightly used, and not to be done: %s', async (line) => {
  const { code, out, notes } = await run(...words(line));
  expect([code, out], notes).toEqual([1, '']);
});

test('What a file lacks keeps the name of its field', async () => {
  const file = join(folder, 'lacking.json');
  const { notes } = await run('alert', 'save', '--dataset', 'shop', '--file', file);
  expect(notes).toContain('measure: must be one of');
  expect(notes).not.toContain('--measure');
});

test('What takes formats of the time is said', async () => {
  const file = join(folder, 'access.log');
  const { notes } = await run('import', file, '--dataset', 'shop', '--time-format', '%T');
  expect(notes).toContain('--time-format: is for a format string of GoAccess, such as %h');
});
