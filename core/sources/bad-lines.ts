/** The list of log lines that were not taken: file, line number, reason and the line, tab-separated and escaped. */
import { createWriteStream, type WriteStream } from 'node:fs';

const textLengthMax = 500;
/** A file of nothing but bad lines must not fill the disk with their list. */
const listedLinesMax = 200_000;

export interface BadLines {
  add(file: string, number: number, reason: string, line: string): void;
  /** Whether it says already that there are more. */
  isFull(): boolean;
  /** Waits while more is in memory than on its way to the disk: a log of nothing but bad lines must not fill it. */
  ease(): Promise<void>;
  /** Gives the path of the list, or undefined when no line was bad. */
  close(): Promise<string | undefined>;
}

/** @param place names the list's file; asked at the first bad line */
export function listBadLines(place: () => string): BadLines {
  let stream: WriteStream | undefined;
  let path: string | undefined;
  let failure: Error | undefined;
  let listed = 0;
  return {
    add(file, number, reason, line) {
      listed += 1;
      if (listed > listedLinesMax + 1) return;
      if (listed > listedLinesMax) {
        stream?.write(`${escapeControls(file)}\t${number}\tand more, which are not listed\t\n`);
        return;
      }
      if (stream === undefined) {
        path = place();
        stream = createWriteStream(path, { mode: 0o600 });
        stream.on('error', (error) => {
          failure = error;
        });
      }
      const cells = [
        escapeControls(file),
        number,
        reason,
        escapeControls(line.slice(0, textLengthMax)),
      ];
      stream.write(`${cells.join('\t')}\n`);
    },
    isFull: () => listed > listedLinesMax,
    async ease() {
      const full = stream;
      if (full === undefined || !full.writableNeedDrain || failure) return;
      await new Promise<void>((resolve) => {
        const done = () => {
          full.off('drain', done).off('close', done);
          resolve();
        };
        full.on('drain', done).on('close', done);
      });
    },
    async close() {
      await new Promise<void>((resolve) => (stream ? stream.end(() => resolve()) : resolve()));
      if (failure) throw failure;
      return path;
    },
  };
}

/** Control characters could move a terminal's cursor or break the columns. */
function escapeControls(text: string): string {
  return JSON.stringify(text)
    .slice(1, -1)
    .replace(/[\u007f-\u009f]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`);
}
