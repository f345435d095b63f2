/** How often a password or code may be tried. Kept in memory: who restarts the server has other ways in. */
import type { Clock } from '../clock.ts';
import { Problem } from '../contract/problem.ts';

const windowMs = 60_000;
const perAccountMax = 5;
const perAddressMax = 20;
const knownMax = 20_000;

export interface Guesses {
  /**
   * Counts a try of an account from a cut address. Other addresses go on, so nobody can lock somebody else out.
   * @throws Problem `guesses_too_many`
   */
  take(account: string, address: string): void;
  /**
   * Counts a try of the second factor, wherever it comes from: only who knows the password gets that far.
   * @throws Problem `guesses_too_many`
   */
  takeCode(userId: string): void;
  /** After a success: the tries of this account from there are forgotten. */
  forget(account: string, address: string): void;
}

export function createGuesses(clock: Clock): Guesses {
  const tries = new Map<string, number[]>();

  function recent(key: string): number[] {
    const since = clock() - windowMs;
    return (tries.get(key) ?? []).filter((at) => at > since);
  }

  function makeRoom(): void {
    if (tries.size < knownMax) return;
    for (const key of [...tries.keys()]) if (recent(key).length === 0) tries.delete(key);
    // Still full: the oldest go.
    for (const key of [...tries.keys()].slice(0, Math.max(0, tries.size - knownMax + 1)))
      tries.delete(key);
  }

  function count(limits: readonly (readonly [key: string, max: number])[]): void {
    makeRoom();
    for (const [key, max] of limits) {
      if (recent(key).length < max) continue;
      throw new Problem(
        'guesses_too_many',
        'There were too many tries within a minute. Wait a minute, then try again.',
      );
    }
    for (const [key] of limits) tries.set(key, [...recent(key), clock()]);
  }

  return {
    take: (account, address) =>
      count([
        [`account ${address} ${account}`, perAccountMax],
        [`address ${address}`, perAddressMax],
      ]),
    takeCode: (userId) => count([[`code ${userId}`, perAccountMax]]),
    forget(account, address) {
      tries.delete(`account ${address} ${account}`);
    },
  };
}
