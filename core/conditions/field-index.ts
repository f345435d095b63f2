/**
 * All tests of one field, answered together: equal values by a map, literals by one scan of the text, patterns only
 * where a literal that they need occurred.
 */
import type { ConditionValue, FieldTest } from '../contract/condition.ts';
import { memo } from '../hits/memo.ts';
import type { FieldValue } from './field-values.ts';
import type { Field } from './fields.ts';
import { foldCase, wellFormed } from './folded-text.ts';
import { compilePattern, requiredLiteral } from './pattern.ts';
import { createTextScan, type TextScan } from './text-scan.ts';

/** Turns up in the matches of `s` without being one when lower case is compared. */
const longS = 'ſ';

const noTests: ReadonlySet<number> = new Set();

/** Answers for so many texts up to this length are remembered. */
const knownTextsMax = 4_000;
const knownLengthMax = 200;

interface LiteralUse {
  test: number;
  kind: 'contains' | 'starts with' | 'ends with' | 'pattern';
  /** The text as it was written, where case counts. */
  exact?: string;
}

interface PatternUse {
  test: number;
  /** Its matches begin with its literal: nothing before the first one has to be looked at. */
  startsWithLiteral: boolean;
  matches: (text: string, from: number) => boolean;
}

export class FieldIndex {
  readonly field: Field;
  readonly number: number;
  readonly #equal = new Map<FieldValue, number[]>();
  readonly #equalExact = new Map<string, number[]>();
  readonly #uses = new Map<string, LiteralUse[]>();
  readonly #patterns = new Map<number, PatternUse>();
  /** Tests that every text meets, such as `contains ""`. */
  readonly #anyText: number[] = [];
  #scan: TextScan | undefined;
  #literals: string[] = [];
  #usesOf: LiteralUse[][] = [];
  /** Length of the longest text that is compared as a whole. */
  #equalLengthMax = -1;

  #known = this.#remembering();

  /** @param number its place among the indexes of a table */
  constructor(field: Field, number = 0) {
    this.field = field;
    this.number = number;
  }

  #remembering() {
    return memo((text: string) => this.#find([text]), knownTextsMax);
  }

  /** Takes a test in; false where it can only be answered by itself. */
  add(test: FieldTest, number: number): boolean {
    this.#scan = undefined;
    this.#known = this.#remembering();
    if (test.op === '=') return this.#addEqual([test.value], number, test.exact === true);
    if (test.op === 'in') return this.#addEqual(test.values, number, test.exact === true);
    if (test.op === 'matches') return this.#addPattern(test.value, number, test.exact === true);
    if (test.op === 'contains' || test.op === 'starts with' || test.op === 'ends with') {
      this.#addLiteral(foldCase(test.value), {
        test: number,
        kind: test.op,
        ...(test.exact ? { exact: test.value } : {}),
      });
      return true;
    }
    return false;
  }

  /** The tests that one of the values meets. */
  found(values: readonly FieldValue[]): ReadonlySet<number> {
    const [only] = values;
    if (only === undefined) return noTests;
    // Paths, titles and the like repeat all day.
    if (values.length === 1 && typeof only === 'string' && only.length <= knownLengthMax)
      return this.#known(only);
    return this.#find(values);
  }

  #find(values: readonly FieldValue[]): ReadonlySet<number> {
    const found = new Set<number>();
    for (const value of values) {
      if (this.field.type === 'text') this.#findText(String(value), found);
      else for (const test of this.#equal.get(value) ?? []) found.add(test);
    }
    return found.size === 0 ? noTests : found;
  }

  #addEqual(values: readonly ConditionValue[], test: number, exact: boolean): boolean {
    const isText = this.field.type === 'text';
    if (this.field.type === 'time') return false;
    if (isText && values.some((value) => typeof value === 'number')) return false;
    for (const value of values) {
      if (isText) {
        const { length } = String(value);
        this.#equalLengthMax = Math.max(this.#equalLengthMax, length);
      }
      if (!isText) push(this.#equal, value, test);
      else if (exact) push(this.#equalExact, String(value), test);
      else push(this.#equal, foldCase(String(value)), test);
    }
    return true;
  }

  #addPattern(pattern: string, test: number, exact: boolean): boolean {
    const literal = requiredLiteral(pattern);
    if (literal === undefined) return false;
    const compiled = compilePattern(pattern, exact);
    this.#patterns.set(test, {
      test,
      startsWithLiteral: startsWithLiteral(pattern, literal),
      matches: (text, from) =>
        from === 0 ? compiled.test(text) : compiled.matcher(text).find(from),
    });
    this.#addLiteral(literal, { test, kind: 'pattern' });
    return true;
  }

  #addLiteral(literal: string, use: LiteralUse): void {
    if (literal === '') this.#anyText.push(use.test);
    else push(this.#uses, literal, use);
  }

  #findText(value: string, found: Set<number>): void {
    const text = wellFormed(value);
    const folded = foldCase(text);
    const takeAll = (tests: readonly number[] = []) => {
      for (const test of tests) found.add(test);
    };
    // A long text is not looked up where nothing that long is asked for: that would go through all of it.
    if (folded.length <= this.#equalLengthMax) {
      takeAll(this.#equal.get(folded));
      takeAll(this.#equalExact.get(text));
    }
    takeAll(this.#anyText);
    if (this.#uses.size === 0) return;
    const patterns = new Map<PatternUse, number>();
    this.#scanOf()(folded, (number, end) => {
      const literal = this.#literals[number] as string;
      for (const use of this.#usesOf[number] as LiteralUse[]) {
        const pattern = this.#patterns.get(use.test);
        if (pattern === undefined) {
          if (isMet(use, literal, end, text, folded)) found.add(use.test);
        } else if (!patterns.has(pattern)) {
          patterns.set(pattern, pattern.startsWithLiteral ? end - literal.length : 0);
        }
      }
    });
    if (!folded.includes(longS)) {
      for (const [pattern, from] of patterns)
        if (pattern.matches(text, from)) found.add(pattern.test);
      return;
    }
    for (const pattern of this.#patterns.values())
      if (pattern.matches(text, 0)) found.add(pattern.test);
  }

  #scanOf(): TextScan {
    if (this.#scan === undefined) {
      this.#literals = [...this.#uses.keys()];
      this.#usesOf = [...this.#uses.values()];
      this.#scan = createTextScan(this.#literals);
    }
    return this.#scan;
  }
}

/** A literal was found; whether it stands where it should, in the case that it should. */
function isMet(
  { kind, exact }: LiteralUse,
  literal: string,
  end: number,
  text: string,
  folded: string,
): boolean {
  if (exact !== undefined) {
    if (kind === 'contains') return text.includes(exact);
    return kind === 'starts with' ? text.startsWith(exact) : text.endsWith(exact);
  }
  if (kind === 'contains') return true;
  return kind === 'starts with' ? end === literal.length : end === folded.length;
}

/** Whether a pattern is its literal and then something else; nothing in the literal may mean more than itself. */
function startsWithLiteral(pattern: string, literal: string): boolean {
  if (/[\\^$.|?*+()[\]{}]/.test(literal)) return false;
  return (
    pattern.toLowerCase().startsWith(literal) && !/^[*+?{]/.test(pattern.slice(literal.length))
  );
}

function push<Key, One>(map: Map<Key, One[]>, key: Key, one: One): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [one]);
  else list.push(one);
}
