/** Remembers the answers of a pure function of one text: user agents and referrers repeat all day. */

/** When `entriesMax` is reached, the older half of what was asked is forgotten. */
export function memo<T>(compute: (text: string) => T, entriesMax: number): (text: string) => T {
  let young = new Map<string, T>();
  let old = new Map<string, T>();
  return (text) => {
    const known = young.get(text);
    if (known !== undefined) return known;
    const own = ownCopy(text);
    const value = old.get(own) ?? compute(own);
    if (young.size >= entriesMax / 2) {
      old = young;
      young = new Map();
    }
    young.set(own, value);
    return value;
  };
}

/** A text that was cut out of a longer one, such as a line of a log, keeps the whole of it in memory. */
const ownCopy = (text: string): string => JSON.parse(JSON.stringify(text)) as string;
