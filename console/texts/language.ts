/**
 * The language of the console: the one chosen in this browser, else the first of the browser's own that there are texts
 * for, else English. It is settled once, before any page is loaded, and a change loads the console anew. That is smaller
 * than redrawing every component, and sounder: tables of texts, open charts and formats are then all of one language.
 */
import { configureLocalization } from '@lit/localize';
import { allLocales, sourceLocale, targetLocales } from './locale-codes.ts';
import type { ServerNames } from './server-names.ts';

export type Language = (typeof allLocales)[number];

/** Every language in its own words, so that who reads no other one finds it. */
export const languageNames: Record<Language, string> = {
  en: 'English',
  de: 'Deutsch',
  ar: 'العربية',
};

const key = 'canister.language';
/** The forms that a text which counts gives in a language, in this order. */
export const pluralForms = (locale: string): readonly Intl.LDMLPluralRule[] =>
  known(locale) === 'ar' ? ['zero', 'one', 'two', 'few', 'many', 'other'] : ['one', 'other'];

const rightToLeft: readonly Language[] = ['ar'];

type Texts = typeof import('./modules/de.ts');

const loaders: Record<Exclude<Language, 'en'>, () => Promise<[Texts, { names: ServerNames }]>> = {
  de: () => Promise.all([import('./modules/de.ts'), import('./names/de.ts')]),
  ar: () => Promise.all([import('./modules/ar.ts'), import('./names/ar.ts')]),
};

let loadedNames: ServerNames | undefined;

/** What the server names, in this language; undefined in English, which the server speaks. */
export const serverNames = (): ServerNames | undefined => loadedNames;

const { getLocale, setLocale } = configureLocalization({
  sourceLocale,
  targetLocales,
  loadLocale: async (code) => {
    const [texts, { names }] = await loaders[code as keyof typeof loaders]();
    loadedNames = names;
    return texts;
  },
});

const known = (tag: string | null): Language | undefined =>
  allLocales.find((language) => language === tag?.split('-')[0]?.toLowerCase());

/** What this browser's reader chose; undefined where the browser's own languages decide. */
export const chosenLanguage = (): Language | undefined => known(localStorage.getItem(key));

/** The language that the texts are in. */
export const language = (): Language => known(getLocale()) ?? sourceLocale;

/**
 * How numbers and dates are written: as in the browser's own variety of the language (`de-AT`), else as in the language.
 * A number is thus never written in another language than the words around it.
 */
export function readerLocale(): string {
  const own = navigator.languages.find((tag) => known(tag) === language());
  return own ?? language();
}

/** Settles the language and puts it onto the document. Call it once, before anything with texts is loaded. */
export async function startLanguage(): Promise<void> {
  const wanted =
    chosenLanguage() ?? navigator.languages.map(known).find((one) => one !== undefined);
  try {
    await setLocale(wanted ?? sourceLocale);
  } catch (error) {
    // Without its texts the console is still of use, in English.
    console.warn(error);
  }
  document.documentElement.lang = language();
  document.documentElement.dir = rightToLeft.includes(language()) ? 'rtl' : 'ltr';
}

/**
 * Keeps the choice in this browser and loads the console anew in it.
 * @param fragment what a page has taken out of its address and needs again, such as the token of a link
 */
export function chooseLanguage(choice: Language, fragment = ''): void {
  localStorage.setItem(key, choice);
  if (fragment !== '') history.replaceState({}, '', `${location.pathname}#${fragment}`);
  location.reload();
}
