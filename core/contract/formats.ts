/**
 * The platform's formats of numbers, dates and names, each made once: a report writes hundreds of values in a few
 * formats, and making one takes longer than writing many values by it.
 */

type Locale = string | undefined;

/** Locales are chosen by people, so there is a limit. */
const keptMax = 500;

function madeOnce<Options extends object, Format>(
  make: (locale: Locale, options: Options) => Format,
) {
  const kept = new Map<string, Format>();
  return (locale: Locale, options: Options): Format => {
    const key = `${locale} ${JSON.stringify(options)}`;
    const known = kept.get(key);
    if (known !== undefined) return known;
    const made = make(locale, options);
    if (kept.size >= keptMax) kept.clear();
    kept.set(key, made);
    return made;
  };
}

export const numberFormat = madeOnce(
  (locale, options: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options),
);
export const dateFormat = madeOnce(
  (locale, options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options),
);
export const nameFormat = madeOnce(
  (locale, options: Intl.DisplayNamesOptions) => new Intl.DisplayNames(locale, options),
);
