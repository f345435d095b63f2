/** Which annotations belong to which days, without a schema, so that charts and the console load no validator. */
import type { Annotation } from './annotation.ts';
import { addDays, type DateRange, isDate } from './calendar.ts';

/** The days of an annotation, `to` exclusive. */
export function annotatedDays({ day, until }: Annotation): DateRange {
  return { from: day, to: until ?? addDays(day, 1) };
}

/** Those of which at least a day lies in the range, the earliest first. */
export function annotationsIn(annotations: readonly Annotation[], range: DateRange): Annotation[] {
  return annotations
    .filter((one) => {
      const { from, to } = annotatedDays(one);
      return from < range.to && range.from < to;
    })
    .sort((one, other) => (one.day < other.day ? -1 : one.day > other.day ? 1 : 0));
}

/** The names of those that hold on a day, where the value of a row is a day at all. */
export function namesOnDay(
  annotations: readonly Annotation[] | undefined,
  day: string | number | null | undefined,
): string[] {
  if (annotations === undefined || typeof day !== 'string' || !isDate(day)) return [];
  return annotationsIn(annotations, { from: day, to: addDays(day, 1) }).map(({ name }) => name);
}
