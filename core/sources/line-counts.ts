/**
 * How often a line was there, by its fingerprint. There is an entry for each line of a large log, so they lie in plain
 * numbers: a map of texts takes ten times the memory, and most of the time of a look-up goes into fetching it.
 */

/** Hex digits of a fingerprint that are compared: 64 bits. Lines that share them only get other ids. */
const wordDigits = 8;
const slotsMin = 1_024;

/** Remembers the last `entriesMax` different lines at the least, and twice as many at the most. */
export function lineCounts(entriesMax: number): (fingerprint: string) => number {
  let young = new CountTable();
  let old = new CountTable();
  /** Gives how often the line was there before. */
  return (fingerprint) => {
    const high = wordOf(fingerprint, 0);
    const low = wordOf(fingerprint, wordDigits);
    if (young.size >= entriesMax) [young, old] = [new CountTable(), young];
    const seen = young.count(high, low) || old.count(high, low);
    young.set(high, low, seen + 1);
    return seen;
  };
}

/** Open addressing: an entry is in the first free slot behind its hash. Half of the slots are free at the least. */
class CountTable {
  size = 0;
  #keys = new Uint32Array(slotsMin * 2);
  /** 0: the slot is free. */
  #counts = new Uint32Array(slotsMin);

  count(high: number, low: number): number {
    return this.#counts[this.#slotOf(high, low)] as number;
  }

  set(high: number, low: number, count: number): void {
    if (this.size * 2 >= this.#counts.length) this.#grow();
    const slot = this.#slotOf(high, low);
    if (this.#counts[slot] === 0) this.size += 1;
    this.#keys[slot * 2] = high;
    this.#keys[slot * 2 + 1] = low;
    this.#counts[slot] = count;
  }

  #slotOf(high: number, low: number): number {
    const last = this.#counts.length - 1;
    let slot = low & last;
    while (
      this.#counts[slot] !== 0 &&
      (this.#keys[slot * 2] !== high || this.#keys[slot * 2 + 1] !== low)
    )
      slot = (slot + 1) & last;
    return slot;
  }

  #grow(): void {
    const [keys, counts] = [this.#keys, this.#counts];
    this.#keys = new Uint32Array(keys.length * 2);
    this.#counts = new Uint32Array(counts.length * 2);
    this.size = 0;
    for (let slot = 0; slot < counts.length; slot += 1)
      if (counts[slot] !== 0)
        this.set(keys[slot * 2] as number, keys[slot * 2 + 1] as number, counts[slot] as number);
  }
}

/** Eight hex digits in lower case as a number of 32 bits, without a sign. */
function wordOf(hex: string, from: number): number {
  let word = 0;
  for (let index = from; index < from + wordDigits; index += 1) {
    const code = hex.charCodeAt(index);
    word = (word << 4) | (code > 57 ? code - 87 : code - 48);
  }
  return word >>> 0;
}
