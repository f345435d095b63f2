/**
 * Bytes of a stranger to a JSON value, or the reason why not. Depth and width are checked before the parser runs:
 * it would take five million levels, and whoever walks them afterwards overflows the stack.
 */
import { hitLimits } from '../../core/contract/hit.ts';
import { shapeFault } from '../../core/contract/json-shape.ts';
import { Problem } from '../../core/contract/problem.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

const shapeLimits = {
  keysPerObjectMax: hitLimits.keysPerObjectMax,
  depthMax: hitLimits.jsonDepthMax,
  keysFromLevel: 0,
} as const;

/**
 * Parses a body. A byte order mark at its start is skipped; of equal keys in one object the last one counts.
 * @throws Problem `not_utf8`, `json_too_deep`, `json_too_wide`, `not_json`, `key_forbidden` or `text_invalid`
 */
export function parseJson(bytes: Uint8Array): unknown {
  const text = decode(bytes);
  checkShape(bytes);
  const value = parse(text);
  // Only an escape can bring a lone surrogate or a NUL: the bytes are valid UTF-8, and JSON has no raw control characters.
  if (text.includes('\\u') || mayHoldForbiddenKey(text)) checkNames(value);
  return value;
}

/** True for keys that change the prototype of objects they are copied to. */
function isForbiddenKey(key: string): boolean {
  return key === '__proto__' || key === 'constructor' || key === 'prototype';
}

/** True for texts that stores cannot keep: `isWellFormed` is younger than the oldest browser-like runtime here. */
export function isInvalidText(text: string): boolean {
  return /\0|\p{Surrogate}/u.test(text);
}

function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new Problem('not_utf8', 'The body must be JSON in UTF-8.', { cause });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    // The parser's own message quotes the body, which may be private.
    throw new Problem('not_json', 'The body is not JSON: send one hit or an array of hits.', {
      cause,
    });
  }
}

function checkShape(bytes: Uint8Array): void {
  const fault = shapeFault(bytes, shapeLimits);
  if (fault === 'wide') throw tooWide();
  if (fault === 'deep') throw tooDeep();
}

function mayHoldForbiddenKey(text: string): boolean {
  return text.includes('__proto__') || text.includes('constructor') || text.includes('prototype');
}

/** Walks the value (at most `jsonDepthMax` deep) and looks at every key and text. */
function checkNames(value: unknown): void {
  if (typeof value === 'string') {
    if (isInvalidText(value)) throw invalidText();
  } else if (Array.isArray(value)) {
    for (const one of value) checkNames(one);
  } else if (typeof value === 'object' && value !== null) {
    for (const key of Object.keys(value)) {
      if (isForbiddenKey(key)) {
        throw new Problem('key_forbidden', `The key "${key}" may not be used anywhere in a hit.`);
      }
      if (isInvalidText(key)) throw invalidText();
      checkNames((value as Record<string, unknown>)[key]);
    }
  }
}

function invalidText(): Problem {
  return new Problem(
    'text_invalid',
    'A text holds half of a surrogate pair or a NUL character. Cut texts between characters.',
  );
}

function tooDeep(): Problem {
  const detail = `JSON may be nested ${hitLimits.jsonDepthMax} levels deep here.`;
  return new Problem('json_too_deep', detail);
}

function tooWide(): Problem {
  const detail = `An object may have ${hitLimits.keysPerObjectMax} keys here.`;
  return new Problem('json_too_wide', detail);
}
