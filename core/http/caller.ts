/** Who asks, from the guard to the routes behind it. */
import type { Context } from 'hono';
import type { Caller } from '../access/caller.ts';
import { Problem } from '../contract/problem.ts';
import { everything, may, type Right } from '../contract/rights.ts';

const key = 'caller';

export function setCaller(c: Context, caller: Caller): void {
  c.set(key, caller);
}

/** Who asks. A route without a guard before it has nobody to serve. */
export function callerOf(c: Context): Caller {
  const caller = c.get(key) as Caller | undefined;
  if (caller === undefined) throw new Error('a route was reached without its guard');
  return caller;
}

const stillKey = 'still-may';

/** @param still looks again whether the caller is signed in and has the right */
export function setStillMay(c: Context, still: () => Promise<boolean>): void {
  c.set(stillKey, still);
}

/** For answers that go on for long: whether who began them would still be let in. */
export async function stillMay(c: Context): Promise<boolean> {
  const still = c.get(stillKey) as (() => Promise<boolean>) | undefined;
  return (await still?.()) ?? true;
}

/** For what is found by its number: nobody hears of what belongs to a dataset that is not theirs. */
export function mayDo(c: Context, right: Right, dataset: string): boolean {
  return may(callerOf(c).grants, right, dataset);
}

/** @throws Problem `right_missing` */
export function refuseRight(right: Right, dataset?: string): never {
  const some = dataset === undefined ? 'a dataset' : `the dataset ${dataset}`;
  const where = dataset === everything ? 'the whole server' : some;
  throw new Problem(
    'right_missing',
    `This needs the right to ${right} ${where}. An administrator can give it.`,
  );
}
