/** Which format the first lines of a log are in: every format is tried on them, the one that reads most wins. */
import type { LogFormat } from '../../contract/import.ts';
import { Problem } from '../../contract/problem.ts';
import { isBadLine, type LineParser, parseCombined, parseCommon } from './combined.ts';

/** How many lines are looked at. */
export const detectionLines = 200;

const parsers: Record<Exclude<LogFormat, 'auto'>, LineParser> = {
  combined: parseCombined,
  common: parseCommon,
};

/** @throws Problem `import_format_unknown` when no format reads any of the lines */
export function chooseFormat(
  asked: LogFormat,
  firstLines: readonly string[],
): { name: string; parse: LineParser } {
  if (asked !== 'auto') return { name: asked, parse: parsers[asked] };
  const scores = Object.entries(parsers).map(([name, parse]) => {
    const read = firstLines.filter((line) => !isBadLine(parse(line))).length;
    return { name, parse, read };
  });
  scores.sort((a, b) => b.read - a.read);
  const [best] = scores;
  if (best === undefined || (best.read === 0 && firstLines.length > 0)) {
    throw new Problem(
      'import_format_unknown',
      `None of the first ${firstLines.length} lines is in a known format (${Object.keys(parsers).join(', ')}). The first is: ${JSON.stringify(firstLines[0]?.slice(0, 200))}`,
    );
  }
  return best;
}
