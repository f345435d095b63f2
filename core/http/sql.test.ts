/** An answer to SQL that is given as it comes, and ends before it is whole. */
import { expect, test } from 'vitest';
import { openedApi } from '../testing/opened-api.ts';

const opened = openedApi();
const rowsAsked = 10_000;

test('An answer that breaks off ends with a line that says so, and none that says it is whole', async () => {
  await opened.world.dataset({ slug: 'shop' });
  const sql = `SELECT i, range(600)::VARCHAR FROM range(${rowsAsked}) t(i)`;
  const answered = await opened.post(
    '/api/datasets/shop/sql',
    { sql },
    { accept: 'application/x-ndjson' },
  );
  expect([answered.status, answered.headers.get('content-type')]).toEqual([
    200,
    'application/x-ndjson',
  ]);
  const reader = answered.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!text.includes('"rows"')) text += (await reader?.read())?.value ?? '';
  // The process that answers the statement is killed, as at a stop, while nobody reads.
  await opened.asked.close();
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read())
    text += part.value;
  expect(text.endsWith('\n')).toBe(true);
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const kinds = lines.map((line) => Object.keys(line)[0]);
  expect(kinds.slice(0, 2)).toEqual(['asOf', 'columns']);
  expect(kinds.at(-1)).toBe('problem');
  expect(kinds).not.toContain('end');
  expect(lines.at(-1)).toMatchObject({ problem: { code: 'shutting_down', status: 503 } });
  // What came before is right as far as it goes.
  const rows = lines.flatMap(({ rows }) => (rows as [number, string][] | undefined) ?? []);
  expect(rows.map(([number]) => number)).toEqual(rows.map((_, index) => index));
  expect(rows.length).toBeLessThan(rowsAsked);
});
