/** How the values of options are read. What they throw, the command line says with the option's name. */
import { InvalidArgumentError } from 'commander';

/** Of an option that is given several times. */
export const list = (value: string, before: string[]) => [...before, value];

/** @throws InvalidArgumentError */
export function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
