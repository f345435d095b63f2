/**
 * All tests of one field, answered together: equal values by a map, literals by one scan of the text, patterns only
 * where a literal that they need occurred.
 */
import type { ConditionValue, FieldTest } from '../contract/condition.ts';
import { memo } from '../hits/memo.ts';
import { type FieldValue, type Found, type Read, readerOf } from './field-values.ts';
import type { Field } from './fields.ts';
import { foldCase, wellFormed } from './folded-text.ts';
import { compilePattern, requiredLiteral } from './pattern.ts';
import { createTextScan, type TextScan } from './text-scan.ts';

/** Turns up in the matches of `s` without being one when lower case is compared. */
const longS = 'ſ';

const noTests: ReadonlySet<number> = new Set();

/** So many different sets of tests are one object each for all views that meet them. */
const sharedSetsMax = 4_000;

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
  /** Reads the field. */
  readonly read: Read;
  readonly #equal = new Map<FieldValue, number[]>();
  readonly #equalExact = new Map<string, number[]>();
  readonly #uses = new Map<string, LiteralUse[]>();
  readonly #patterns = new Map<number, PatternUse>();
  /** Tests that every text meets, such as `contains ""`. */
  readonly #anyText: number[] = [];
  /** Tests that every value meets. */
  readonly #anyValue: number[] = [];
  #scan: TextScan | undefined;
  #literals: string[] = [];
  #usesOf: LiteralUse[][] = [];
  /** Length of the longest text that is compared as a whole. */
  #equalLengthMax = -1;

  #known = this.#remembering();
  /** What values that are no texts meet: those that tests name, and all others. */
  readonly #knownEqual = new Map<FieldValue, ReadonlySet<number>>();
  #others: ReadonlySet<number> | undefined;
  readonly #shared = new Map<string, ReadonlySet<number>>();

  /** @param number its place among the indexes of a table */
  constructor(field: Field, number = 0) {
    this.field = field;
    this.number = number;
    this.read = readerOf(field.name);
  }

  #remembering() {
    return memo((text: string) => this.#find([text]), knownTextsMax);
  }

  /** Takes a test in; false where it can only be answered by itself. */
  add(test: FieldTest, number: number): boolean {
    this.#scan = undefined;
    this.#known = this.#remembering();
    this.#knownEqual.clear();
    this.#others = undefined;
    if (test.op === 'exists') {
      this.#anyValue.push(number);
      return true;
    }
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

  /** The tests that what was found meets, or one of it. Mostly the same set for the same tests. */
  found(found: Found): ReadonlySet<number> {
    if (found === undefined || found === null) return noTests;
    if (typeof found !== 'object') return this.#foundOne(found);
    const [only] = found;
    return found.length === 1 && only !== undefined ? this.#foundOne(only) : this.#find(found);
  }

  #foundOne(value: FieldValue): ReadonlySet<number> {
    // Paths, titles and the like repeat all day.
    if (typeof value === 'string' && value.length <= knownLengthMax) return this.#known(value);
    if (this.field.type === 'text') return this.#find([value]);
    if (!this.#equal.has(value)) {
      this.#others ??= this.#find([value]);
      return this.#others;
    }
    let known = this.#knownEqual.get(value);
    if (known === undefined) {
      known = this.#find([value]);
      this.#knownEqual.set(value, known);
    }
    return known;
  }

  #find(values: readonly FieldValue[]): ReadonlySet<number> {
    if (values.length === 0) return noTests;
    const found = new FoundTests();
    found.addAll(this.#anyValue);
    for (const value of values) {
      if (this.field.type === 'text') this.#findText(String(value), found);
      else found.addAll(this.#equal.get(value));
    }
    return found.tests === undefined ? noTests : this.#sharedSet(found.tests);
  }

  #sharedSet(found: ReadonlySet<number>): ReadonlySet<number> {
    const key = [...found].sort((one, other) => one - other).join();
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    if (this.#shared.size >= sharedSetsMax) this.#shared.clear();
    this.#shared.set(key, found);
    return found;
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

  #findText(value: string, found: FoundTests): void {
    const text = wellFormed(value);
    const folded = foldCase(text);
    // A long text is not looked up where nothing that long is asked for: that would go through all of it.
    if (folded.length <= this.#equalLengthMax) {
      found.addAll(this.#equal.get(folded));
      found.addAll(this.#equalExact.get(text));
    }
    found.addAll(this.#anyText);
    if (this.#uses.size === 0) return;
    let patterns: Map<PatternUse, number> | undefined;
    this.#scanOf()(folded, (number, end) => {
      const literal = this.#literals[number] as string;
      for (const use of this.#usesOf[number] as LiteralUse[]) {
        const pattern = this.#patterns.get(use.test);
        if (pattern === undefined) {
          if (isMet(use, literal, end, text, folded)) found.add(use.test);
        } else if (!patterns?.has(pattern)) {
          patterns ??= new Map();
          patterns.set(pattern, pattern.startsWithLiteral ? end - literal.length : 0);
        }
      }
    });
    if (!folded.includes(longS)) {
      for (const [pattern, from] of patterns ?? [])
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

/** Tests as they are found; mostly there are none, and nothing is made for them. */
class FoundTests {
  tests: Set<number> | undefined;

  add(test: number): void {
    this.tests ??= new Set();
    this.tests.add(test);
  }

  addAll(tests: readonly number[] | undefined): void {
    if (tests === undefined) return;
    for (const test of tests) this.add(test);
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
