/**
 * Text as conditions compare it. What stands here has to be what DuckDB does: a text is the same after `lower()` in
 * SQL and after `foldCase` here, for every character (a test goes through all of them).
 */

/** Letters whose lower case came with Unicode 16 or later: DuckDB does not know it, newer Nodes do. */
const laterLetters =
  /([\u1c89\ua7cb\ua7cc\ua7ce\ua7d2\ua7d4\ua7da\ua7dc\u{10d50}-\u{10d65}\u{16ea0}-\u{16eb8}]+)/u;
const beyondAscii = /[^\0-\x7f]/;

/** Half surrogate pairs become U+FFFD, as they do on the way into the tables. */
export function wellFormed(text: string): string {
  return beyondAscii.test(text) ? text.replace(/\p{Surrogate}/gu, '\ufffd') : text;
}

/** Lower case letter by letter: `İ` is `i`, and `Σ` is `σ` wherever it stands. Takes well-formed text. */
export function foldCase(text: string): string {
  if (!beyondAscii.test(text)) return text.toLowerCase();
  const plain = text.replaceAll('Σ', 'σ').replaceAll('İ', 'i');
  if (!laterLetters.test(plain)) return plain.toLowerCase();
  return plain
    .split(laterLetters)
    .map((part, index) => (index % 2 === 1 ? part : part.toLowerCase()))
    .join('');
}

/** A plain decimal number; its length keeps it exact enough and far from overflow. */
export const numberPattern = '^-?[0-9]{1,17}(\\.[0-9]{1,20})?(e[+-]?[0-9]{1,2})?$';
const numberText = new RegExp(numberPattern);

/** The number that a text reads as, or nothing. */
export function numberOf(text: string): number | undefined {
  return numberText.test(text) ? Number(text) : undefined;
}

/** A property as text, written as JSON writes it. */
export function textOf(value: string | number | boolean): string {
  return typeof value === 'number' ? String(value).replace('e+', 'e') : String(value);
}
