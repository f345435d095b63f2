import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hitColumns, sessionColumns } from '../analytics/tables.ts';
import { fieldSql } from './field-sql.ts';
import { fieldList, findField } from './fields.ts';

const docs = readFileSync(join(import.meta.dirname, '../../docs/conditions.md'), 'utf8');

test('docs/conditions.md lists every field as it is', () => {
  const rows = fieldList.map(({ name, type, list, home, inTables, masked, meaning }) =>
    [
      '',
      `\`${name}\``,
      list ? `${type}, several` : type,
      home,
      inTables ? 'yes' : 'no',
      masked ? `${meaning} Masked.` : meaning,
      '',
    ]
      .join(' | ')
      .trim(),
  );
  const table = docs.slice(docs.indexOf('\n## Fields')).split('\n|---|---|---|---|---|\n')[1];
  expect(table?.trim().split('\n')).toEqual(rows);
});

test('every column that the fields use is in the tables', () => {
  const columns = {
    s: sessionColumns.map(({ name }) => String(name)),
    h: hitColumns.map(({ name }) => String(name)),
  };
  const used = Object.values(fieldSql).flatMap((sql) => [
    ...(sql ?? '').matchAll(/\b([sh])\."?([a-z_]+)"?/g),
  ]);
  expect(used.length).toBeGreaterThan(40);
  const unknown = used.filter(([, row, name]) => !columns[row as 's' | 'h'].includes(name ?? ''));
  expect(unknown.map(([whole]) => whole)).toEqual([]);
});

test('a family takes any name; headers are the same in any case', () => {
  expect(findField('request.query.a.b c')).toMatchObject({ parameter: 'a.b c', list: true });
  expect(findField('request.query')).toMatchObject({ name: 'request.query', parameter: '' });
  expect(findField('request.header.X-Plan')).toMatchObject({ parameter: 'x-plan' });
  expect(() => findField('request.header.')).toThrow(/no field/);
  expect(() => findField('request.query.NAME.')).not.toThrow();
  expect(() => findField('toString')).toThrow(/no field/);
});

test.each([
  ['reponse.status', 'response.status'],
  ['path', 'request.path'],
  ['Browser', 'browser'],
  ['session.pageviews', 'session.page_views'],
  ['session.channel', 'channel'],
  ['geo.country', 'country'],
])('%s: did you mean %s?', (given, meant) => {
  expect(() => findField(given)).toThrow(`Did you mean ${meant}?`);
});
