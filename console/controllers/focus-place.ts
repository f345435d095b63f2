/** Where a thing stood, and what can have the focus there or beside it once the thing is gone. */

/** A thing and where it stands: what holds it, and its neighbours from near to far. */
export interface Level {
  element: Element;
  parent: ParentNode;
  before: readonly Element[];
  after: readonly Element[];
}

/** The places of an element and of all that is around it, from the inside out, through shadow roots. */
export function levelsOf(element: Element): Level[] {
  const { parentNode } = element;
  if (parentNode === null) return [];
  const parent = parentNode as Node & ParentNode;
  const siblings = [...parent.children];
  const at = siblings.indexOf(element);
  const level = {
    element,
    parent,
    before: siblings.slice(0, at).reverse(),
    after: siblings.slice(at + 1),
  };
  const outer = parent instanceof ShadowRoot ? parent.host : parent;
  return [level, ...(outer instanceof Element ? levelsOf(outer) : [])];
}

/**
 * What can have the focus now that something is gone from these places, or is out of sight.
 * - `here`: what has come in its place
 * - `beside`: also what stands beside it, the next one first
 * - `around`: also what stands beside the things around it
 * @param like only what is called as this is
 */
export function placeOf(
  levels: readonly Level[],
  reach: 'here' | 'beside' | 'around',
  like?: HTMLElement,
): HTMLElement | undefined {
  const gone = Math.max(
    0,
    levels.findLastIndex((level) => !isStill(level)(level.element)),
  );
  const places = reach === 'around' ? levels.slice(gone) : levels.slice(gone, gone + 1);
  for (const level of places) {
    const all = (reach === 'here' ? comeTo(level) : neighboursOf(level)).flatMap(reachableIn);
    const found = like === undefined ? all[0] : all.find((one) => isLike(one, like));
    if (found) return found;
  }
  return undefined;
}

/** What has come beside the place or beside the things around it: the form below the head that its button stood in. */
export function comeAround(levels: readonly Level[]): HTMLElement | undefined {
  for (const { element, parent, before, after } of levels) {
    const stood = new Set([element, ...before, ...after]);
    const [come] = [...parent.children].filter((one) => !stood.has(one)).flatMap(reachableIn);
    if (come) return come;
  }
  return undefined;
}

const isStill =
  ({ parent }: Level) =>
  (element: Element) =>
    element.parentNode === parent;

/** What stands between the neighbours that are left. */
function comeTo(level: Level): Element[] {
  const now = [...level.parent.children];
  const from = level.before.find(isStill(level));
  const to = level.after.find(isStill(level));
  return now.slice(
    from === undefined ? 0 : now.indexOf(from) + 1,
    to === undefined ? undefined : now.indexOf(to),
  );
}

const neighboursOf = (level: Level) => [
  ...comeTo(level),
  ...level.after.filter(isStill(level)),
  ...level.before.filter(isStill(level)),
];

const isLike = (one: HTMLElement, other: HTMLElement) =>
  one.tagName === other.tagName &&
  one.id === other.id &&
  one.ariaLabel === other.ariaLabel &&
  one.textContent === other.textContent;

/** All that can be reached by Tab in an element, itself included, through shadow roots. */
function reachableIn(element: Element): HTMLElement[] {
  const parts =
    element instanceof HTMLSlotElement
      ? element.assignedElements()
      : [...(element.shadowRoot ?? element).children];
  const isOne = element instanceof HTMLElement && element.matches(reachable) && isSeen(element);
  return [...(isOne ? [element] : []), ...parts.flatMap(reachableIn)];
}

const reachable =
  'textarea, a[href], button, input:not([type="hidden"]), select, summary, [tabindex]:not([tabindex="-1"])';

/** Whether an element is there, drawn and in use. */
export const isSeen = (element: HTMLElement) =>
  element.isConnected &&
  !element.matches(':disabled') &&
  element.closest('[inert]') === null &&
  element.checkVisibility({ visibilityProperty: true });
