/** Remembers the answers of a pure function of one text: user agents and referrers repeat all day. */

/** When `entriesMax` is reached, the older half of what was asked is forgotten. */
export function memo<T>(compute: (text: string) => T, entriesMax: number): (text: string) => T {
  let young = new Map<string, T>();
  let old = new Map<string, T>();
  return (text) => {
    const known = young.get(text);
    if (known !== undefined) return known;
    const value = old.get(text) ?? compute(text);
    if (young.size >= entriesMax / 2) {
      old = young;
      young = new Map();
    }
    young.set(text, value);
    return value;
  };
}
