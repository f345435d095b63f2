import { readSheet } from 'read-excel-file/node';
import { expect, test } from 'vitest';
import { xlsxStream } from './report-xlsx.ts';

test('Texts stay texts, numbers numbers, and what XML cannot hold does not break the file', async () => {
  const rows = [
    ['path', 'views', 'share'],
    ['=SUM(A1:A9)', 12, 0.25],
    ['+1', 3, null],
    ['@cmd|x & <b>"quoted"</b>', -4, 0],
    ['a\u0000b\u0008c\ud800d 😀', 1e15, 1],
  ];
  const pieces: Buffer[] = [];
  for await (const piece of xlsxStream(rows)) pieces.push(piece as Buffer);
  const content = Buffer.concat(pieces);
  expect(await readSheet(content)).toEqual([
    ['path', 'views', 'share'],
    ['=SUM(A1:A9)', 12, 0.25],
    ['+1', 3, null],
    ['@cmd|x & <b>"quoted"</b>', -4, 0],
    ['a\ufffdb\ufffdc\ufffdd \ufffd', 1e15, 1],
  ]);
});
