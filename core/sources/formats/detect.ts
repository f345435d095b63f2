/** Which format a log is in: by its name, by a format string, or by trying all names on the first lines. */
import { Problem } from '../../contract/problem.ts';
import { type FormatWish, formatByText } from './format-text.ts';
import {
  type FormatContext,
  isBadLine,
  isDirective,
  type LineFormat,
  type LineParser,
} from './log-line.ts';
import { namedFormats } from './named-formats.ts';

/** How many lines are looked at. */
export const detectionLines = 200;

export interface ChosenFormat {
  name: string;
  parse: LineParser;
  /** One sentence for the user: why this one. */
  why: string;
}

interface Score {
  format: LineFormat;
  read: number;
  directives: number;
}

/** @throws Problem `import_format_unknown` when no format reads any of the lines, or a format string is not understood */
export function chooseFormat(
  wish: FormatWish,
  firstLines: readonly string[],
  context: FormatContext = { timeZone: 'UTC' },
): ChosenFormat {
  if (wish.format !== 'auto') {
    const format = formatByText(wish);
    return { name: format.name, parse: format.open(context), why: 'it was asked for' };
  }
  const [best, next] = scoresOf(firstLines, context) as [Score, ...Score[]];
  if (firstLines.length === 0) return chosen('combined', context, 'there are no lines to tell by');
  if (best.read + best.directives === 0) throw unknownFormat(firstLines);
  return chosen(best.format.name, context, whyBest(best, next, firstLines.length));
}

/** The name of the format that reads most of the lines; nothing where none reads any. */
export function formatThatReads(
  firstLines: readonly string[],
  context: FormatContext,
): string | undefined {
  const [best] = scoresOf(firstLines, context);
  return best === undefined || best.read === 0 ? undefined : best.format.name;
}

/** Best first. */
function scoresOf(firstLines: readonly string[], context: FormatContext): Score[] {
  const scores = namedFormats.map((format) => scoreOf(format, firstLines, context));
  // Equal scores stay in the order of the list.
  return scores.sort((a, b) => b.read - a.read || b.directives - a.directives);
}

function scoreOf(format: LineFormat, firstLines: readonly string[], context: FormatContext): Score {
  const parse = format.open(context);
  const score: Score = { format, read: 0, directives: 0 };
  for (const line of firstLines) {
    const parsed = parse(line);
    if (isDirective(parsed)) score.directives += 1;
    else if (!isBadLine(parsed)) score.read += 1;
  }
  return score;
}

function chosen(name: string, context: FormatContext, why: string): ChosenFormat {
  const format = namedFormats.find((one) => one.name === name) as LineFormat;
  // Opened anew: what it learnt from the first lines comes again.
  return { name, parse: format.open(context), why };
}

function whyBest(best: Score, next: Score | undefined, looked: number): string {
  const lines = looked - best.directives;
  const own = `it reads ${best.read} of the first ${lines} lines`;
  return next === undefined || next.read === 0
    ? `${own}, no other format reads any`
    : `${own}, ${next.format.name} reads ${next.read}`;
}

function unknownFormat(firstLines: readonly string[]): Problem {
  const names = namedFormats.map(({ name }) => name).join(', ');
  return new Problem(
    'import_format_unknown',
    `None of the first ${firstLines.length} lines is in a known format (${names}). Name the format or paste its format string with --format. The first is: ${JSON.stringify(firstLines[0]?.slice(0, 200))}`,
  );
}
