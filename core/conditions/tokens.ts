/** The text of a condition → words, texts, numbers, times and signs, each with its place. */
import { isPlainText } from '../contract/condition.ts';
import { ConditionFault } from './condition-fault.ts';
import { familyPrefix } from './fields.ts';

export interface Token {
  kind: 'word' | 'text' | 'number' | 'time' | 'sign' | 'end';
  /** A text without its quotes and escapes; everything else as it is written. */
  value: string;
  at: number;
  end: number;
}

/** A fault with its place in the text. */
export class FaultAt extends ConditionFault {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

const shapes: readonly [Token['kind'], RegExp][] = [
  ['time', /\d{4}-\d{2}-\d{2}(?:T[0-9:]+(?:Z|[+-]\d{2}:\d{2})?)?/y],
  ['number', /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y],
  ['word', /[A-Za-z_][A-Za-z0-9_]*(?:[.-][A-Za-z0-9_-]+)*/y],
  ['sign', /!=|<=|>=|<>|==|[=<>(),]/y],
];
const quotedName = /[A-Za-z_][A-Za-z0-9_.]*\.(?=")/y;
const space = /\s*/y;

/** @throws FaultAt for what belongs to no token */
export function readTokens(text: string): Token[] {
  const tokens: Token[] = [];
  let at = afterSpace(text, 0);
  while (at < text.length) {
    const token = readToken(text, at);
    tokens.push(token);
    at = afterSpace(text, token.end);
  }
  tokens.push({ kind: 'end', value: '', at: text.length, end: text.length });
  return tokens;
}

function afterSpace(text: string, at: number): number {
  space.lastIndex = at;
  space.test(text);
  return space.lastIndex;
}

function readToken(text: string, at: number): Token {
  if (text[at] === '"') return readText(text, at);
  quotedName.lastIndex = at;
  const prefix = quotedName.exec(text)?.[0];
  if (prefix !== undefined && familyPrefix(`${prefix}x`) !== undefined) {
    const name = readText(text, at + prefix.length);
    return { kind: 'word', value: prefix + name.value, at, end: name.end };
  }
  for (const [kind, shape] of shapes) {
    shape.lastIndex = at;
    const value = shape.exec(text)?.[0];
    if (value !== undefined) return { kind, value, at, end: at + value.length };
  }
  const hint = /['‘’“”`]/.test(text[at] ?? '')
    ? ' Texts stand in straight double quotes: "…".'
    : '';
  const shown = JSON.stringify(String.fromCodePoint(text.codePointAt(at) ?? 0)).slice(1, -1);
  throw new FaultAt(`${shown} means nothing here.${hint}`, at);
}

const escapes: Record<string, string> = { '"': '"', '\\': '\\', n: '\n', r: '\r', t: '\t' };

function readText(text: string, start: number): Token {
  let value = '';
  for (let at = start + 1; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '"') {
      if (!isPlainText(value)) {
        throw new FaultAt('A text holds a NUL or half a surrogate pair.', start);
      }
      return { kind: 'text', value, at: start, end: at + 1 };
    }
    if (char !== '\\') {
      value += char;
      continue;
    }
    const code = /^u[0-9a-fA-F]{4}/.exec(text.slice(at + 1, at + 6))?.[0];
    const plain = escapes[text.charAt(at + 1)];
    if (code === undefined && plain === undefined) {
      throw new FaultAt(
        'After \\ comes one of " \\ n r t or u with four digits; write \\\\ for \\ itself.',
        at,
      );
    }
    value += plain ?? String.fromCharCode(Number.parseInt((code ?? '').slice(1), 16));
    at += code?.length ?? 1;
  }
  throw new FaultAt('This text has no end: a closing " is missing.', start);
}
