import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { lineBytesMax, logLines } from './log-lines.ts';

async function linesOf(...chunks: (string | Uint8Array)[]): Promise<(string | undefined)[]> {
  async function* source() {
    for (const chunk of chunks) yield Buffer.from(chunk);
  }
  const lines: (string | undefined)[] = [];
  for await (const piece of logLines(source())) lines.push(...piece.lines);
  return lines;
}

/** The bytes cut in two at `place`. */
const cutAt = (bytes: Buffer, place: number) => [bytes.subarray(0, place), bytes.subarray(place)];

describe('lines of a plain file', () => {
  test.each<[string, string, string[]]>([
    ['end at a line feed', 'a\nb\n', ['a', 'b']],
    ['may go without a final line feed', 'a\nb', ['a', 'b']],
    ['may end with carriage return and line feed', 'a\r\nb\r\n', ['a', 'b']],
    ['may be of both kinds', 'a\r\nb\nc\r', ['a', 'b', 'c']],
    ['keep a carriage return within', 'a\rb\n', ['a\rb']],
    ['may be empty', '\n\na\n\r\n', ['', '', 'a', '']],
    ['may be none', '', []],
    ['may be one byte', '\n', ['']],
    ['may hold NUL', 'a\0b\n', ['a\0b']],
  ])('%s', async (_name, text, expected) => {
    expect(await linesOf(text)).toEqual(expected);
  });

  test('are the same wherever the bytes are cut', async () => {
    const bytes = Buffer.from('é1\r\n\r\n日本\n😀 end\r\nlast');
    const expected = ['é1', '', '日本', '😀 end', 'last'];
    for (let place = 0; place <= bytes.length; place += 1)
      expect(await linesOf(...cutAt(bytes, place))).toEqual(expected);
    expect(await linesOf(...[...bytes].map((byte) => Buffer.of(byte)))).toEqual(expected);
  });

  test('that are empty and many are counted behind the first of them, wherever the bytes are cut', async () => {
    const bytes = Buffer.from(`a\n${'\n'.repeat(1_000)}b\n\n${'\r\n'.repeat(100)}c`);
    for (const place of [0, 1, 2, 3, 500, 1_001, 1_002, bytes.length]) {
      let told = '';
      let listed = 0;
      for await (const piece of logLines(Readable.from(cutAt(bytes, place))))
        for (const [index, line] of piece.lines.entries()) {
          listed += 1;
          told += `${line}\n${'\n'.repeat(piece.emptyBehind.get(index) ?? 0)}`;
        }
      expect(told).toBe(`a\n${'\n'.repeat(1_000)}b\n${'\n'.repeat(101)}c\n`);
      expect(listed).toBeLessThan(300);
    }
  });

  test('that are no UTF-8 come with replacement characters', async () => {
    expect(await linesOf(Buffer.from([0x61, 0xff, 0xc3, 0x0a, 0x62]))).toEqual([
      'a\ufffd\ufffd',
      'b',
    ]);
  });

  test('of 64 KiB are taken, of one byte more are not; the next lines keep their number', async () => {
    const longest = 'x'.repeat(lineBytesMax);
    expect(await linesOf(`a\n${longest}\nb`)).toEqual(['a', longest, 'b']);
    expect(await linesOf(`a\n${longest}y\nb`)).toEqual(['a', undefined, 'b']);
    expect(await linesOf(`a\n${longest}y`)).toEqual(['a', undefined]);
    expect(await linesOf(longest)).toEqual([longest]);
  });

  test('that never end are not held in memory', async () => {
    const megabyte = Buffer.alloc(1 << 20, 'x');
    const before = process.memoryUsage().arrayBuffers;
    async function* source() {
      for (let number = 0; number < 512; number += 1) yield megabyte;
      yield Buffer.from('\nb\n');
    }
    const lines: (string | undefined)[] = [];
    for await (const piece of logLines(source())) lines.push(...piece.lines);
    expect(lines).toEqual([undefined, 'b']);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(256 << 20);
  });
});

describe('lines of a gzip file', () => {
  const text = 'one\ntwo\r\nthree';
  const packed = gzipSync(text);
  const lines = ['one', 'two', 'three'];

  test('are those of the plain one, wherever the bytes are cut', async () => {
    for (let place = 0; place <= packed.length; place += 1)
      expect(await linesOf(...cutAt(packed, place))).toEqual(lines);
  });

  test('go on through several members, also from one into the next', async () => {
    const members = Buffer.concat([gzipSync('one\ntw'), gzipSync(''), gzipSync('o\nthree\n')]);
    expect(await linesOf(members)).toEqual(lines);
    for (let place = 0; place <= members.length; place += 7)
      expect(await linesOf(...cutAt(members, place))).toEqual(lines);
  });

  test('cut at any byte are refused', async () => {
    for (let length = 2; length < packed.length; length += 1) {
      await expect(linesOf(packed.subarray(0, length)), `${length} bytes`).rejects.toMatchObject({
        code: 'file_unreadable',
      });
    }
  });

  test('with damaged bytes are refused', async () => {
    const damaged = Buffer.from(packed);
    damaged[packed.length - 8] = (damaged[packed.length - 8] ?? 0) ^ 1;
    await expect(linesOf(damaged)).rejects.toMatchObject({ code: 'file_unreadable' });
    await expect(
      linesOf(Buffer.from([0x1f, 0x8b, 1, 2, 3, 4, 5, 6, 7, 8, 9])),
    ).rejects.toMatchObject({ code: 'file_unreadable' });
  });

  test('are refused where bytes follow that are no gzip, for their lines would be lost', async () => {
    const tail = Buffer.from('four\nfive\n'.repeat(20_000));
    const unreadable = { code: 'file_unreadable' };
    await expect(linesOf(Buffer.concat([packed, tail]))).rejects.toMatchObject(unreadable);
    await expect(linesOf(packed, tail, tail)).rejects.toMatchObject(unreadable);
    await expect(linesOf(packed, Buffer.from('x'))).rejects.toMatchObject(unreadable);
  });

  test('may be left by a reader that has seen enough', async () => {
    const long = gzipSync('line\n'.repeat(1_000_000));
    async function* source() {
      for (let start = 0; start < long.length; start += 512)
        yield long.subarray(start, start + 512);
    }
    for await (const piece of logLines(source())) {
      expect(piece.lines[0]).toBe('line');
      break;
    }
    // A promise that fails later, with nobody to hear of it, would end the process.
    await new Promise((resolve) => setTimeout(resolve, 20));
  });
});
