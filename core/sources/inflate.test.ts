import { execFileSync, spawnSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { inflated } from './inflate.ts';

const text = Array.from({ length: 20_000 }, (_, number) => `line ${number}\n`).join('');
const pack = (tool: string, input: string | Buffer) =>
  execFileSync(tool, ['-c'], { input, maxBuffer: 1 << 28 });
const has = (tool: string) => spawnSync(tool, ['--version'], { input: '' }).status === 0;

async function unpack(bytes: Uint8Array, pieceBytes: number): Promise<string> {
  async function* source() {
    for (let start = 0; start < bytes.length; start += pieceBytes)
      yield bytes.subarray(start, start + pieceBytes);
  }
  const parts: Buffer[] = [];
  for await (const part of inflated(source())) parts.push(part);
  return Buffer.concat(parts).toString();
}

describe.each([
  ['gzip', 'gzip'],
  ['bzip2', 'bzip2'],
  ['zstd', 'zstd'],
])('a file packed with %s', (name, tool) => {
  test.skipIf(!has(tool))('is unpacked however its bytes come, also of several parts', async () => {
    const packed = pack(tool, text);
    for (const pieceBytes of [3, 1_000, 1 << 20])
      expect(await unpack(packed, pieceBytes)).toBe(text);
    expect(await unpack(Buffer.concat([packed, packed]), 1_000)).toBe(text + text);
  });

  test.skipIf(!has(tool))('that was cut, or has something else behind it, is refused', async () => {
    const packed = pack(tool, text);
    const damaged = [
      packed.subarray(0, packed.length / 2),
      packed.subarray(0, packed.length - 3),
      Buffer.concat([packed, Buffer.from('and a text')]),
    ];
    for (const bytes of damaged)
      await expect(unpack(bytes, 1_000)).rejects.toMatchObject({
        code: 'file_unreadable',
        message: expect.stringContaining(name),
      });
  });
});

test('plain bytes pass, none at all too', async () => {
  expect(await unpack(Buffer.from('BZ is no magic'), 1)).toBe('BZ is no magic');
  expect(await unpack(Buffer.alloc(0), 1)).toBe('');
});

test.skipIf(!has('zstd'))('a file that only grows is left, whole and in small pieces', async () => {
  const gigabyte = Buffer.alloc(1 << 28, 'x');
  const bomb = pack('zstd', Buffer.concat([gigabyte, gigabyte]));
  await expect(unpack(bomb, 1 << 20)).rejects.toMatchObject({
    code: 'file_unreadable',
    message: expect.stringContaining('grows more than'),
  });
});

test('a log that packs well is no bomb', async () => {
  const line = '192.0.2.7 - - [17/May/2026:10:05:03 +0000] "GET / HTTP/1.1" 200 5\n';
  expect(await unpack(gzipSync(line.repeat(50_000)), 1 << 20)).toHaveLength(line.length * 50_000);
});

describe('zstd with a large window', () => {
  const block = (type: number, size: number, isLast: boolean) => {
    const head = (size << 3) | (type << 1) | (isLast ? 1 : 0);
    return [head & 255, (head >> 8) & 255, head >> 16, ...(type === 1 ? [0x61] : [])];
  };
  /** @param windowLog of the window that the frame names */
  const frame = (windowLog: number, ...blocks: number[][]) =>
    Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, (windowLog - 10) << 3, ...blocks.flat()]);
  const [empty, same] = [block(0, 0, false), block(1, 100, false)];
  const many = <T>(count: number, one: T) => Array.from({ length: count }, () => one);

  test.each([
    ['of blocks of one letter', frame(30, ...many(2_000, same))],
    ['of empty blocks', frame(23, ...many(30_000, empty))],
    [
      'behind a good one',
      Buffer.concat([frame(20, same, block(1, 9, true)), frame(30, ...many(2_000, same))]),
    ],
    ['in many frames', Buffer.concat(many(5_000, frame(27, block(1, 9, true))))],
  ])('and small blocks is left: %s', async (_name, bytes) => {
    await expect(unpack(bytes, 1 << 16)).rejects.toMatchObject({
      code: 'file_unreadable',
      message: expect.stringContaining('zstd -dc --long=31'),
    });
  });

  test.skipIf(!has('zstd'))(
    'is unpacked where its blocks are as large as zstd makes them',
    async () => {
      const long = text.repeat(30);
      const packed = execFileSync('zstd', ['-c', '--long=27'], { input: long });
      expect((await unpack(packed, 1 << 16)) === long).toBe(true);
    },
  );
});
