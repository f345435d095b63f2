/** Values of dimensions in words, so that page, terminal and console say the same. */
import { dateFormat, nameFormat } from './formats.ts';
import { readablePath } from './readable-path.ts';

/** What a reader sees where a dimension has no value. */
const emptyWords = new Map<string, string>([
  ['day', '(no day)'],
  ['path', '(no path)'],
  ['page_group', '(in no group)'],
  ['title', '(no title)'],
  ['event', '(no event)'],
  ['status', '(not known)'],
  ['site_search', '(no search)'],
  ['entry_path', '(no page view)'],
  ['exit_path', '(no page view)'],
  ['referrer', '(direct or own host)'],
  ['hit_referrer', '(none sent)'],
  ['source', '(direct)'],
  ['medium', '(no medium)'],
  ['campaign', '(no campaign)'],
  ['term', '(no term)'],
  ['content', '(no content)'],
  ['robot', '(no robot)'],
  ['recency', '(first session)'],
  ['page', '(the session began or ended)'],
  ['grade', '(no grade)'],
]);

const mondayMs = Date.UTC(2024, 0, 1);
const dayMs = 86_400_000;

/**
 * The value of a dimension as a reader sees it: days as dates, weekdays and months by name, hours as clock times,
 * countries by name, paths as people write them, a missing value in words, everything else as it is. Short, for the axis of a chart: without the year.
 */
export function dimensionWords(
  value: string | number | null,
  name: string,
  locale: string | undefined,
  { isShort = false } = {},
): string {
  if (value === null) return emptyWords.get(name) ?? '(not known)';
  const text = String(value);
  const form = (isShort ? shortForms[name] : undefined) ?? forms[name];
  return form === undefined ? text : (form(text, locale) ?? text);
}

type Form = (text: string, locale: string | undefined) => string | undefined;

const forms: Record<string, Form | undefined> = {
  day: days({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }),
  week: days({ day: 'numeric', month: 'short', year: 'numeric' }),
  cohort: days({ day: 'numeric', month: 'short', year: 'numeric' }),
  month: days({ month: 'long', year: 'numeric' }),
  weekday(text, locale) {
    if (!/^[1-7]$/.test(text)) return undefined;
    const at = mondayMs + (Number(text) - 1) * dayMs;
    return dateFormat(locale, { timeZone: 'UTC', weekday: 'long' }).format(at);
  },
  hour: (text) => (/^\d{1,2}$/.test(text) ? `${text.padStart(2, '0')}:00` : undefined),
  country(text, locale) {
    if (!/^[A-Z]{2}$/.test(text)) return undefined;
    return nameFormat(locale, { type: 'region', fallback: 'code' }).of(text);
  },
  path: readablePath,
  page: readablePath,
  entry_path: readablePath,
  exit_path: readablePath,
  referrer_path: readablePath,
  hit_referrer: readablePath,
};

const shortForms: Record<string, Form | undefined> = {
  day: days({ day: 'numeric', month: 'short' }),
  week: days({ day: 'numeric', month: 'short' }),
  cohort: days({ day: 'numeric', month: 'short' }),
  month: days({ month: 'short', year: '2-digit' }),
};

/** Days carry no zone: they are read and written in UTC, whatever the machine's zone is. */
function days(options: Intl.DateTimeFormatOptions): Form {
  return (text, locale) => {
    const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN;
    if (Number.isNaN(at)) return undefined;
    return dateFormat(locale, { timeZone: 'UTC', ...options }).format(at);
  };
}
