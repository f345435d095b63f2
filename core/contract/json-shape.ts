/**
 * How deep and how wide a JSON text is, before a parser builds anything of it: one would take five million levels, and
 * takes ever longer the more keys an object has.
 */
const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;
const bitOfCase = 0x20;
const openBrace = 0x7b;
const closeBrace = 0x7d;

export interface ShapeLimits {
  keysPerObjectMax: number;
  depthMax: number;
  /** The level from which colons are taken for keys: 0 counts those outside of any object too. */
  keysFromLevel: 0 | 1;
}

/** What is wrong with the shape of a JSON text in UTF-8, which never holds these bytes inside another character. */
export function shapeFault(bytes: Uint8Array, limits: ShapeLimits): 'wide' | 'deep' | undefined {
  const { keysPerObjectMax, depthMax, keysFromLevel } = limits;
  const keysOfLevel: number[] = [0];
  let level = 0;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index] as number;
    if (byte === quote) {
      index = endOfText(bytes, index + 1);
    } else if (byte === colon && level >= keysFromLevel) {
      const keys = (keysOfLevel[level] ?? 0) + 1;
      keysOfLevel[level] = keys;
      if (keys > keysPerObjectMax) return 'wide';
    } else if ((byte | bitOfCase) === openBrace) {
      level += 1;
      keysOfLevel[level] = 0;
      if (level > depthMax) return 'deep';
    } else if ((byte | bitOfCase) === closeBrace && level > 0) {
      level -= 1;
    }
  }
  return undefined;
}

/** The index of the closing quote of a text that begins at `start`. */
function endOfText(bytes: Uint8Array, start: number): number {
  let end = bytes.indexOf(quote, start);
  while (end !== -1 && isEscaped(bytes, end, start)) end = bytes.indexOf(quote, end + 1);
  return end === -1 ? bytes.length : end;
}

/** True when an odd number of backslashes stands before `index`. */
function isEscaped(bytes: Uint8Array, index: number, start: number): boolean {
  let first = index;
  while (first > start && bytes[first - 1] === backslash) first -= 1;
  return (index - first) % 2 === 1;
}
