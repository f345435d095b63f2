/** Pieces of conditions that the console writes itself, in the text form of the language. */

/** A text as a condition quotes it. */
export function quoted(text: string): string {
  return JSON.stringify(text).replace(/\\([bf])/g, (_, sign) =>
    sign === 'b' ? '\\u0008' : '\\u000c',
  );
}

/** The condition, narrowed to sessions with this value of a field; null is none at all. */
export function narrowedTo(condition: string, field: string, value: string | null): string {
  const test = value === null ? `${field} is empty` : `${field} = ${quoted(value)}`;
  const trimmed = condition.trim();
  if (trimmed === '') return test;
  return both(trimmed, test);
}

/** Only "and" binds as loosely as what is added. */
const both = (condition: string, test: string) =>
  `${/(?<![\w.-])(?:or|then)(?![\w.-])/i.test(topLevelOf(condition)) ? `(${condition})` : condition} and ${test}`;

const unseenTest = 'session.seen_by_tag = false';
/** The test where it holds for the whole: between two "and", or at an end. */
const unseen = /(?:^\s*|(?<![\w.-])and\s+)session\.seen_by_tag\s*=\s*false\s*(?=$|and(?![\w.-]))/gi;

/** Whether a condition leaves out the sessions of logs that the tracker has seen too. */
export function leavesOutSeen(condition: string): boolean {
  const top = topLevelOf(condition);
  return !/(?<![\w.-])or(?![\w.-])/i.test(top) && top.search(unseen) >= 0;
}

/** The condition with the sessions of logs that the tracker has seen too, or without them. */
export function withSeen(condition: string, isWith: boolean): string {
  const trimmed = condition.trim();
  if (leavesOutSeen(trimmed) !== isWith) return trimmed;
  if (!isWith) return trimmed === '' ? unseenTest : both(trimmed, unseenTest);
  const found = [...topLevelOf(trimmed).matchAll(unseen)].reverse();
  const rest = found.reduce(
    (text, { 0: { length }, index }) => text.slice(0, index) + text.slice(index + length),
    trimmed,
  );
  return rest.replace(/^\s*and(?![\w.-])/i, '').trim();
}

/** The same text with " for all that stands in quotes or parentheses, at the same places. */
function topLevelOf(condition: string): string {
  let depth = 0;
  return condition.replace(/"(?:\\.|[^"\\])*"?|[()]|[^"()]+/gs, (part) => {
    if (part === ')') depth = Math.max(0, depth - 1);
    const isInside = depth > 0 || /^["()]/.test(part);
    if (part === '(') depth += 1;
    return isInside ? '"'.repeat(part.length) : part;
  });
}
