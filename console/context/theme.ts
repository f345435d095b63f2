/**
 * Light, dark, or as the system says. The choice is kept in this browser; the document carries it as
 * `data-theme` (our tokens) and as a class (Web Awesome), and everyone who draws by hand is told.
 */
export const themeChoices = ['auto', 'light', 'dark'] as const;
export type ThemeChoice = (typeof themeChoices)[number];

const key = 'canister.theme';
const systemDark = window.matchMedia('(prefers-color-scheme: dark)');
const changed = new EventTarget();

export function themeChoice(): ThemeChoice {
  const kept = localStorage.getItem(key);
  return themeChoices.find((choice) => choice === kept) ?? 'auto';
}

export function chooseTheme(choice: ThemeChoice): void {
  localStorage.setItem(key, choice);
  applyTheme();
}

/** Puts the choice onto the document. Call it once before the first drawing. */
export function applyTheme(): void {
  const choice = themeChoice();
  const isDark = choice === 'dark' || (choice === 'auto' && systemDark.matches);
  const root = document.documentElement;
  root.dataset.theme = choice;
  root.classList.toggle('wa-dark', isDark);
  root.classList.toggle('wa-light', !isDark);
  changed.dispatchEvent(new Event('change'));
}

/** Calls the listener after every change of the theme that is seen; gives back the function that ends it. */
export function onThemeChange(listener: () => void): () => void {
  changed.addEventListener('change', listener);
  return () => changed.removeEventListener('change', listener);
}

systemDark.addEventListener('change', applyTheme);
