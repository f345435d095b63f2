/** The definitions of a matcher that hold of a view, as a list. */
import type { View } from '../field-values.ts';
import type { History } from '../history.ts';
import type { Matcher } from '../matcher.ts';

/** @param told called with each one before the next is looked at */
export function heldBy<Id>(
  matcher: Pick<Matcher<Id>, 'factsOf' | 'tell'>,
  view: View,
  history?: History,
  told: (id: Id) => void = () => {},
): Id[] {
  const held: Id[] = [];
  matcher.tell(matcher.factsOf(view, history), {
    wokenAfter: () => Infinity,
    holding(id) {
      held.push(id);
      told(id);
      return true;
    },
    failing(_id, error) {
      throw error;
    },
  });
  return held;
}
