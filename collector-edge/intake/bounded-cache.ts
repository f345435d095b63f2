/** A map that forgets what was not asked for longest: a stranger cannot make it grow. */
export interface BoundedCache<V> {
  get(key: string): V | undefined;
  set(key: string, value: V): void;
}

/** @param entriesMax how many entries it keeps */
export function createBoundedCache<V>(entriesMax: number): BoundedCache<V> {
  // Two halves: what is found in the older one moves to the newer; when that is full, the older is dropped whole.
  const half = Math.ceil(entriesMax / 2);
  let newer = new Map<string, V>();
  let older = new Map<string, V>();

  function set(key: string, value: V): void {
    if (newer.size >= half) {
      older = newer;
      newer = new Map();
    }
    newer.set(key, value);
  }

  return {
    get(key) {
      const found = newer.get(key);
      if (found !== undefined) return found;
      const before = older.get(key);
      if (before !== undefined) set(key, before);
      return before;
    },
    set,
  };
}
