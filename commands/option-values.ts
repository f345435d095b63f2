/** How the values of options are read. What they throw, the command line says with the option's name. */
import { InvalidArgumentError } from 'commander';
import { dateSchema } from '../core/contract/date-range.ts';

/** Of an option that is given several times. */
export const list = (value: string, before: string[]) => [...before, value];

/** Reads a whole number from 1 up to `max`: the program knows better than the server what its option is called. */
export const numberUpTo =
  (max: number) =>
  (text: string): number => {
    const number = wholeNumber(text);
    if (number >= 1 && number <= max) return number;
    throw new InvalidArgumentError(`It must be a number from 1 to ${max}.`);
  };

/**
 * Reads a day as reports take it.
 * @throws InvalidArgumentError
 */
export function day(text: string): string {
  const found = dateSchema.safeParse(text);
  if (found.success) return found.data;
  throw new InvalidArgumentError('It must be a day of the calendar, like 2026-11-21.');
}

/** @throws InvalidArgumentError */
export function wholeNumber(text: string): number {
  if (/^\d{16,}$/.test(text)) throw new InvalidArgumentError('It is too large.');
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
