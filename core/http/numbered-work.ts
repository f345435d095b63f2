/** Whose the work is that is asked after by its number: imports, upkeep. */
import type { Context } from 'hono';
import { Problem, type ProblemCode } from '../contract/problem.ts';
import { everything } from '../contract/rights.ts';
import { mayDo } from './caller.ts';

const rememberedMax = 10_000;

/** @param unknown the problem of a number that is not there; who may not know of it gets the same */
export function createNumberedWork(unknown: ProblemCode) {
  const datasets = new Map<number, string>();
  return {
    /** Remembers of which dataset the work is that was begun. */
    begun(number: number, dataset: string): number {
      datasets.set(number, dataset);
      for (const old of datasets.keys()) if (datasets.size > rememberedMax) datasets.delete(old);
      return number;
    },
    /** @throws the problem of an unknown number, where it is of a dataset that the caller does not administer */
    numberOf(c: Context, number: number): number {
      if (mayDo(c, 'administer', datasets.get(number) ?? everything)) return number;
      throw new Problem(unknown, `Nothing under the number ${number} is under way.`);
    },
  };
}
