/** What the palette finds for what was typed, best first. */

export interface PaletteEntry {
  /** What it is: a page, a dataset, … */
  kind: string;
  label: string;
  hint: string;
  href: string;
}

/** Case and accents aside. */
const fold = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** How well an entry fits the words, lower is better; undefined where a word is not in it. */
function distance({ label, hint, kind }: PaletteEntry, words: readonly string[]) {
  const name = fold(label);
  const all = `${name} ${fold(hint)} ${fold(kind)}`;
  if (!words.every((word) => all.includes(word))) return undefined;
  const [first = ''] = words;
  if (name.startsWith(first)) return 0;
  if (name.includes(` ${first}`)) return 1;
  return name.includes(first) ? 2 : 3;
}

/** @returns the entries that hold every word of `typed`, those whose name begins with it first, else in their order */
export function rankEntries(entries: readonly PaletteEntry[], typed: string): PaletteEntry[] {
  const words = fold(typed).split(/\s+/).filter(Boolean);
  return entries
    .map((entry) => ({ entry, far: distance(entry, words) }))
    .filter((one): one is { entry: PaletteEntry; far: number } => one.far !== undefined)
    .sort((one, other) => one.far - other.far)
    .map(({ entry }) => entry);
}
