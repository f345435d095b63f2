/** A disk that is nearly full: a source leaves the room that hits need. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Problem } from '../contract/problem.ts';
import { openSourceWorld } from '../testing/source-world.ts';

const mebibyte = 1024 ** 2;
const linesTotal = 1_200;
const long = 'x'.repeat(10_000);
const line = (number: number) =>
  `10.0.0.1 - - [20/Nov/2026:10:00:00 +0000] "GET /p${number}?${long} HTTP/1.1" 200 12 "-" "Firefox"\n`;

test('A fetch ends before it takes the room that must stay free, and goes on when there is more', async () => {
  let freeBytes = 6 * mebibyte;
  let fetched = 0;
  const sources = await openSourceWorld({
    readsFolder: true,
    async diskLow() {
      const progress = (await sources.desk.list())[0]?.state.progress;
      fetched = Math.max(fetched, progress?.fetchedBytes ?? 0);
      return fetched < freeBytes ? undefined : new Problem('disk_low', 'The disk is nearly full.');
    },
  });
  const [one, other] = [join(sources.folder, 'a.log'), join(sources.folder, 'b.log')];
  const text = Array.from({ length: linesTotal }, (_, number) => line(number)).join('');
  writeFileSync(one, text);
  writeFileSync(other, line(linesTotal));
  const run = await sources.run(join(sources.folder, '*.log'));
  expect(run).toMatchObject({
    state: 'failed',
    accepted: 0,
    problems: ['The disk is nearly full.'],
  });
  expect(fetched).toBeLessThan(freeBytes + 5 * mebibyte);
  expect(fetched).toBeGreaterThanOrEqual(freeBytes);

  freeBytes = Number.MAX_SAFE_INTEGER;
  const rest = await sources.desk.run('Web');
  expect(rest).toMatchObject({
    state: 'done',
    accepted: linesTotal + 1,
    duplicate: 0,
    problems: [],
  });
  expect(rest.fetchedBytes).toBeLessThan(text.length - 5 * mebibyte);
  await sources.close();
});
