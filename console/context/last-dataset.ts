/** The dataset that was open last in this tab, else in this browser, for the next start at `/`. */
const lastKey = 'canister.last-dataset';

/** Remembers where the reader was. */
export function rememberDataset(slug: string): void {
  sessionStorage.setItem(lastKey, slug);
  localStorage.setItem(lastKey, slug);
}

/** Its name in addresses; null where none was open yet. It may be gone meanwhile. */
export const lastDataset = (): string | null =>
  sessionStorage.getItem(lastKey) ?? localStorage.getItem(lastKey);
