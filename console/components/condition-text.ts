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
  // Only "and" binds as loosely as what is added.
  const isOne = !/\b(?:or|then)\b/i.test(trimmed);
  return `${isOne ? trimmed : `(${trimmed})`} and ${test}`;
}
