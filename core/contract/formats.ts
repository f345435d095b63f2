/**
 * The platform's formats of numbers and dates, each made once: making one takes many times as long as using it, and a
 * page of figures uses the same few hundreds of times.
 */
const formatsMax = 256;
const numbers = new Map<string, Intl.NumberFormat>();
const dates = new Map<string, Intl.DateTimeFormat>();

function kept<Format>(formats: Map<string, Format>, key: string, make: () => Format): Format {
  const known = formats.get(key);
  if (known !== undefined) return known;
  const made = make();
  if (formats.size >= formatsMax) formats.clear();
  formats.set(key, made);
  return made;
}

/** As `new Intl.NumberFormat(locale, options)`. */
export const numberFormat = (locale: string | undefined, options: Intl.NumberFormatOptions = {}) =>
  kept(
    numbers,
    `${locale} ${JSON.stringify(options)}`,
    () => new Intl.NumberFormat(locale, options),
  );

/** As `new Intl.DateTimeFormat(locale, options)`. */
export const dateFormat = (locale: string | undefined, options: Intl.DateTimeFormatOptions = {}) =>
  kept(
    dates,
    `${locale} ${JSON.stringify(options)}`,
    () => new Intl.DateTimeFormat(locale, options),
  );
