/** A salvaged file takes the place of the damaged one, also where a kill comes between two of its steps. */
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { examineDatabases } from './examine-databases.ts';
import { finishSalvaging } from './salvaged-file.ts';

let folder: string;
let said: string[] = [];
const finish = () => finishSalvaging(path('hits.db'), (text) => said.push(text));
const path = (name: string) => join(folder, name);
const write = (name: string, text: string) => writeFileSync(path(name), text);

beforeEach(() => {
  said = [];
  folder = mkdtempSync(join(tmpdir(), 'canister-salvaged-'));
  write('hits.db', 'damaged');
  write('hits.db-wal', 'log of the damaged');
  write('hits.db-shm', '');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const asAfterwards = () => {
  const texts = readdirSync(folder).map((name) => [name, readFileSync(path(name), 'utf8')]);
  return Object.fromEntries(texts) as Record<string, string>;
};
const inPlace = {
  'hits.db': 'new',
  'hits.db.unreadable': 'damaged',
  'hits.db.unreadable-wal': 'log of the damaged',
};

test('What was killed while it was made is removed, and the damaged file stays', () => {
  write('hits.db.making', 'half');
  write('hits.db.making-wal', 'half');
  write('hits.db.making-journal', 'half');
  finish();
  expect(said).toEqual([]);
  expect(asAfterwards()).toEqual({
    'hits.db': 'damaged',
    'hits.db-wal': 'log of the damaged',
    'hits.db-shm': '',
  });
});

test.each([
  ['before the first step', []],
  ['when the log was moved', ['-wal']],
  ['when log and file were moved', ['-wal', '']],
])('Killed %s, the next start finishes it, and nothing of the log is beside the new file', async (_, moved) => {
  write('hits.db.salvaged', 'new');
  for (const end of moved) renameSync(path(`hits.db${end}`), path(`hits.db.unreadable${end}`));
  const [finding] = await examineDatabases(folder);
  expect(finding).toMatchObject({ level: 'note', says: expect.stringMatching(/next start/) });
  finish();
  expect(asAfterwards()).toEqual(inPlace);
  finish();
  expect(asAfterwards()).toEqual(inPlace);
  expect(said).toEqual([expect.stringMatching(/hits\.db was damaged\. A new one/)]);
});

test('A file that was kept before is kept still', () => {
  write('hits.db.unreadable', 'damaged before');
  write('hits.db.salvaged', 'new');
  finish();
  expect(readFileSync(path('hits.db.unreadable-2'), 'utf8')).toBe('damaged');
  expect(readFileSync(path('hits.db.unreadable'), 'utf8')).toBe('damaged before');
  expect(existsSync(path('hits.db.unreadable-2-wal'))).toBe(true);
});
