/** How the lines of one file are read, and why where not one of them can be: mostly it is in another format. */
import { countedNoun } from '../../contract/counted-noun.ts';
import type { UnreadFile } from '../../contract/import.ts';
import { formatThatReads } from './detect.ts';
import type { FormatWish } from './format-text.ts';
import type { FormatContext } from './log-line.ts';

export interface FileReading {
  /** A line that is a request, whether it is taken or left out. */
  read(): void;
  /** A line that has a time, but none that can be. */
  clockFault(line: number, reason: string): void;
  bad(line: number, reason: string): void;
  /** Nothing where a line was read, and where there was none to read. */
  unread(): UnreadFile | undefined;
}

/**
 * @param format what the lines are read as
 * @param firstTexts its first lines, by which a better format is told
 */
export function fileReading(
  file: string,
  format: string,
  firstTexts: readonly string[],
  wish: FormatWish & FormatContext,
): FileReading {
  let isRead = false;
  let isOfClock = false;
  let lines = 0;
  let first: { line: number; reason: string } | undefined;

  function bad(line: number, reason: string): void {
    lines += 1;
    first ??= { line, reason };
  }

  return {
    read() {
      isRead = true;
    },
    clockFault(line, reason) {
      isOfClock = true;
      bad(line, reason);
    },
    bad,
    unread() {
      if (isRead || first === undefined) return undefined;
      const of = `not one of ${countedNoun(lines, 'line')} could be used as ${format}; line ${first.line}: ${first.reason}.`;
      const why = isOfClock || wish.format === 'auto' ? of : `${of} ${advice(firstTexts, wish)}`;
      return { file, lines, why };
    },
  };
}

function advice(firstTexts: readonly string[], context: FormatContext): string {
  const better = formatThatReads(firstTexts, context);
  if (better === undefined)
    return 'No known format reads its first lines: give the format string of the server with --format (docs/logs.md).';
  return `${better} reads its first lines: give --format ${better}, or auto.`;
}
