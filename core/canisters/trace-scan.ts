/** Looks for many byte strings at once in bytes that come in pieces, in a time that hardly depends on their number. */

export const traceBytesMin = 8;
const tableBits = 16;
const anchorBytes = 4;

export class TraceScan {
  readonly #traces: readonly Buffer[];
  /** By a hash of the last four bytes: which traces end so. */
  readonly #byEnd = new Map<number, number[]>();
  readonly #ends = new Uint8Array(2 ** tableBits);
  readonly lengthMax: number;

  /** @param traces each of at least `traceBytesMin` bytes */
  constructor(traces: readonly Buffer[]) {
    this.#traces = traces;
    this.lengthMax = traces.reduce((max, { length }) => Math.max(max, length), 0);
    for (const [index, trace] of traces.entries()) {
      if (trace.length < traceBytesMin) throw new Error('a trace is too short to be looked for');
      const hash = hashOf(trace.readUInt32BE(trace.length - anchorBytes));
      this.#ends[hash] = 1;
      this.#byEnd.set(hash, [...(this.#byEnd.get(hash) ?? []), index]);
    }
  }

  /** Calls `found` with the place in `traces` of each one that the bytes hold, at each of its occurrences. */
  scan(bytes: Uint8Array, found: (index: number) => void): void {
    let word = 0;
    for (let at = 0; at < bytes.length; at += 1) {
      word = (word << 8) | (bytes[at] as number);
      const hash = hashOf(word);
      if (this.#ends[hash] === 0) continue;
      for (const index of this.#byEnd.get(hash) ?? [])
        if (endsWith(bytes, at + 1, this.#traces[index] as Buffer)) found(index);
    }
  }
}

const hashOf = (word: number) => Math.imul(word, 0x9e3779b1) >>> (32 - tableBits);

function endsWith(bytes: Uint8Array, end: number, trace: Buffer): boolean {
  const start = end - trace.length;
  return start >= 0 && trace.compare(bytes, start, end) === 0;
}
