/** How far an export is: on a terminal one line that is written over, elsewhere nothing. */
import { expect, test } from 'vitest';
import { bytesDone, progressLine, whileWaiting } from './progress-line.ts';

function terminal(isTTY: boolean | undefined) {
  const written: string[] = [];
  let nowMs = 0;
  const target = { isTTY, write: (text: string) => void written.push(text) };
  const line = progressLine(target, () => nowMs);
  const wait = (ms: number) => {
    nowMs += ms;
  };
  return { written, line, wait };
}

test('A terminal sees the latest state five times a second at the most, and an empty line in the end', () => {
  const { written, line, wait } = terminal(true);
  for (let step = 0; step < 10; step += 1) {
    line.show(`${step}`);
    wait(100);
  }
  line.end();
  const shown = [0, 2, 4, 6, 8].map((step) => `\r\u001b[K${step}`);
  expect(written).toEqual([...shown, '\r\u001b[K']);
});

test('Nothing is written where there is no terminal, and nothing is taken away that was not there', async () => {
  for (const isTTY of [false, undefined]) {
    const { written, line } = terminal(isTTY);
    expect(await whileWaiting(line, 'Making the file …', Promise.resolve(7))).toBe(7);
    line.show(bytesDone(1, 2));
    line.end();
    expect(written).toEqual([]);
  }
  const { written, line } = terminal(true);
  line.end();
  expect(written).toEqual([]);
});

test('Bytes are said with their share; an empty file is whole', () => {
  expect(bytesDone(0, 45_000_000)).toBe('0.0 MB of 45.0 MB, 0 %');
  expect(bytesDone(44_999_999, 45_000_000)).toBe('45.0 MB of 45.0 MB, 99 %');
  expect(bytesDone(0, 0)).toBe('0.0 MB of 0.0 MB, 100 %');
});

test('Work that fails takes its line with it', async () => {
  const { written, line } = terminal(true);
  const work = Promise.reject(new Error('no room'));
  await expect(whileWaiting(line, 'Making the file …', work)).rejects.toThrow('no room');
  expect(written[0]).toBe('\r\u001b[KMaking the file … 0 s');
});
