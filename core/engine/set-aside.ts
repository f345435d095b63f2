/**
 * The accepted hits that could not be processed: looked at, put back into the inbox, or removed. A port; stores/ has
 * it over libSQL. A hit lies in the inbox until that is pruned, and here: both places change in one transaction.
 */
import type { SetAsideChoice, SetAsideContent, SetAsideList } from '../contract/status.ts';

export interface SetAside {
  /** The newest, at most `limit`. */
  list(slug: string, limit: number): Promise<SetAsideList>;
  /** @throws Problem `hit_unknown` */
  show(slug: string, number: number): Promise<SetAsideContent>;
  /**
   * Puts hits back at the end of the inbox, with the time at which they were first received, oldest first. Done twice
   * it is done once. Called while the engine stands between two steps: no row may be in its hands meanwhile.
   * @throws Problem `hit_unknown` when one is not there; nothing was changed then
   */
  replay(slug: string, choice: SetAsideChoice, nowMs: number): Promise<number>;
  /**
   * Removes hits for good: what counted as accepted counts as bad from then on. Called like `replay`.
   * @throws Problem `hit_unknown` when one is not there; nothing was changed then
   */
  remove(slug: string, choice: SetAsideChoice): Promise<number>;
}
