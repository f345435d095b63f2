/**
 * Patterns of users. They run on RE2 (re2js here, RE2 itself in DuckDB), whose time grows with the text and never
 * with the pattern's cleverness. A pattern finds its match anywhere in the text.
 */
import { RE2JS } from 're2js';
import { conditionLimits } from '../contract/condition.ts';
import { ConditionFault } from './condition-fault.ts';

/**
 * Repetitions multiply: what they may come to. DuckDB works on bytes, where a class such as all letters of all
 * languages is large by itself.
 */
const instructionsMax = 1_000;
const classInstructionsMax = 100;

/** The pattern as both engines take it. Without regard to case unless `exact`. */
export const patternSource = (pattern: string, exact: boolean) =>
  exact ? pattern : `(?i)${pattern}`;

/** @throws ConditionFault when it is too long, too large or no RE2 pattern */
export function compilePattern(pattern: string, exact: boolean): RE2JS {
  const { patternLengthMax } = conditionLimits;
  if (pattern.length > patternLengthMax) {
    throw new ConditionFault(
      `The pattern has ${pattern.length} characters; it may have ${patternLengthMax}. Split it into several conditions with or.`,
    );
  }
  const compiled = compile(patternSource(pattern, exact));
  const repeatsClasses = /\\[pP]|[^\0-\x7f]/.test(pattern) && /\{\d/.test(pattern);
  const sizeMax = repeatsClasses ? classInstructionsMax : instructionsMax;
  if (compiled.programSize() > sizeMax) {
    throw new ConditionFault(
      'The pattern becomes too large when its repetitions are written out. Repeat less.',
    );
  }
  return compiled;
}

function compile(source: string): RE2JS {
  // The tables' engine is older than this way of naming groups.
  if (/\(\?<(?![=!])/.test(source.replace(/\\./g, ''))) {
    throw new ConditionFault('Groups are named as in (?P<name>…), or not at all: (…).');
  }
  try {
    return RE2JS.compile(source);
  } catch (error) {
    const said = (error as Error).message.replace(/^error parsing regexp: /, '').slice(0, 200);
    throw new ConditionFault(
      `The pattern cannot be used: ${said}. Patterns are RE2: no look-around, no references back.`,
    );
  }
}

const literalLengthMin = 3;

/**
 * A text that every match contains, in lower case ASCII, or nothing where that is not plain to see. It looks at what
 * stands in a row outside of groups and classes; an alternative at that level makes everything optional.
 */
export function requiredLiteral(pattern: string): string | undefined {
  if (/\\Q/.test(pattern)) return undefined;
  const runs: string[] = [];
  let run = '';
  const end = () => {
    runs.push(run);
    run = '';
  };
  for (let index = 0; index < pattern.length; ) {
    const char = pattern.charAt(index);
    if (char === '|') return undefined;
    const { next, literal } = elementAt(pattern, index);
    const quantifier = /^(?:[*+?]|\{\d+(?:,\d*)?\})/.exec(pattern.slice(next, next + 12))?.[0];
    if (literal === undefined) end();
    else if (quantifier === undefined) run += literal;
    else if (quantifier === '+') {
      run += literal;
      end();
    } else end();
    index = next + (quantifier?.length ?? 0);
    if (quantifier !== undefined && pattern.charAt(index) === '?') index += 1;
  }
  end();
  const longest = runs.reduce((one, other) => (other.length > one.length ? other : one), '');
  return longest.length >= literalLengthMin ? longest.toLowerCase() : undefined;
}

/** One element of a pattern: a letter that stands for itself, or a group, class, escape or sign that does not. */
function elementAt(pattern: string, index: number): { next: number; literal?: string } {
  const char = pattern.charAt(index);
  if (char === '(') return { next: groupEnd(pattern, index) };
  if (char === '[') return { next: classEnd(pattern, index) };
  if (char === '\\') return escapeAt(pattern, index);
  if (/[\^$.]/.test(char) || char > '\x7f') return { next: index + 1 };
  return { next: index + 1, literal: char };
}

function escapeAt(pattern: string, index: number): { next: number; literal?: string } {
  const char = pattern.charAt(index + 1);
  const isSign = /^[!-/:-@[-`{-~]$/.test(char);
  if (isSign) return { next: index + 2, literal: char };
  const long = /^\\(?:[pP](?:\{[^}]*\}|.)|x(?:\{[^}]*\}|[0-9a-fA-F]{2})|[0-7]{1,3})/;
  const whole = long.exec(pattern.slice(index, index + 40))?.[0] ?? '\\.';
  return { next: index + whole.length };
}

function classEnd(pattern: string, start: number): number {
  let index = start + 1;
  if (pattern.charAt(index) === '^') index += 1;
  if (pattern.charAt(index) === ']') index += 1;
  for (; index < pattern.length && pattern.charAt(index) !== ']'; index += 1) {
    if (pattern.charAt(index) === '\\') index += 1;
    else if (pattern.startsWith('[:', index)) index = pattern.indexOf(':]', index) + 1;
  }
  return index + 1;
}

function groupEnd(pattern: string, start: number): number {
  let depth = 0;
  for (let index = start; index < pattern.length; ) {
    const char = pattern.charAt(index);
    if (char === '(') depth += 1;
    if (char === ')') depth -= 1;
    if (depth === 0) return index + 1;
    index = char === '[' ? classEnd(pattern, index) : index + (char === '\\' ? 2 : 1);
  }
  return pattern.length;
}
