/**
 * The forms in which numbers, dates and names are written, each made once: a report writes hundreds of values in a few
 * forms, and making a form takes longer than writing many values by it.
 */

type Locale = string | undefined;

/** Locales are chosen by people, so there is a limit. */
const keptMax = 500;

function madeOnce<Options, Form>(make: (locale: Locale, options: Options) => Form) {
  const kept = new Map<string, Form>();
  return (locale: Locale, options: Options): Form => {
    const key = `${locale} ${JSON.stringify(options)}`;
    const known = kept.get(key);
    if (known !== undefined) return known;
    const made = make(locale, options);
    if (kept.size >= keptMax) kept.clear();
    kept.set(key, made);
    return made;
  };
}

export const numberForm = madeOnce(
  (locale, options: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options),
);
export const dateForm = madeOnce(
  (locale, options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options),
);
export const nameForm = madeOnce(
  (locale, options: Intl.DisplayNamesOptions) => new Intl.DisplayNames(locale, options),
);
