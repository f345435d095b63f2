/**
 * Keeps the place of who works by keyboard or screen reader. Where the thing with the focus goes (a row is deleted, a
 * form opens in the place of its button, or closes), browsers put the focus at the start of the page: here it goes to
 * what stands in that place now, and else to what stands beside it. A button that is switched off while it works has
 * the focus again when it is switched on. What a page focuses by itself stays.
 */
import { comeAround, isSeen, type Level, levelsOf, placeOf } from './focus-place.ts';

/** What was pressed or typed in: the element, the page it was on, and where it and each thing around it stands. */
interface Kept {
  element: HTMLElement;
  path: string;
  levels: readonly Level[];
  byMouse: boolean;
}

/** What opens in a place may have to ask the server first: so long it is waited for before the focus goes beside it. */
const besideAfterMs = 300;
/** Long enough to find the button that opened a form after all its fields. */
const trailMax = 40;
const watched = { childList: true, subtree: true, attributeFilter: ['disabled', 'open', 'hidden'] };

/**
 * Watches the page from now on.
 * @returns what ends it
 */
export function keepFocus(): () => void {
  /** What was used, the newest first. */
  let trail: readonly Kept[] = [];
  let late: ReturnType<typeof setTimeout> | undefined;

  const observer = new MutationObserver(() => {
    const [last] = trail;
    if (last === undefined || (isSeen(last.element) && deepFocus() !== undefined)) return;
    // What is drawn in its place draws its own parts a moment later; only then the browser has let go, too.
    requestAnimationFrame(() => requestAnimationFrame(restoreHere));
  });

  function keep(byMouse: boolean): void {
    const element = deepFocus();
    if (element === undefined) {
      // A press beside everything lets go; a key that is pressed while nothing has the focus says nothing.
      if (byMouse) forget();
      return;
    }
    if (element === trail[0]?.element) return;
    forget();
    const path = location.pathname;
    // What was used on another page may be called as something of this one.
    const ofPage = trail.filter((one) => one.path === path).slice(0, trailMax);
    trail = [{ element, path, levels: levelsOf(element), byMouse }, ...ofPage];
    for (const root of rootsOf(element)) observer.observe(root, watched);
  }

  function forget(): void {
    observer.disconnect();
    clearTimeout(late);
    late = undefined;
  }

  function restoreHere(): void {
    const [last, ...earlier] = trail;
    if (last === undefined || !isLost(last.element)) return;
    const { element, levels, byMouse } = last;
    if (isSeen(element)) {
      // It was switched off.
      element.focus({ preventScroll: true });
      return;
    }
    const next = openerOf(earlier) ?? placeOf(levels, 'here') ?? openedBy(last);
    if (next) next.focus({ preventScroll: byMouse });
    else late ??= setTimeout(restoreBeside, besideAfterMs);
  }

  function restoreBeside(): void {
    late = undefined;
    const [last, ...earlier] = trail;
    if (last === undefined || !isLost(last.element)) return;
    const { levels, byMouse } = last;
    const next =
      openedBy(last) ??
      placeOf(levels, 'beside') ??
      usedBefore(earlier) ??
      placeOf(levels, 'around');
    next?.focus({ preventScroll: byMouse });
  }

  const press = (event: MouseEvent) => {
    // A finger does not lose its place, and a field with the focus would bring up the keyboard of the screen.
    if (event instanceof PointerEvent && event.pointerType === 'touch') forget();
    else keep(event.detail > 0);
  };
  const key = () => keep(false);
  window.addEventListener('click', press, { capture: true });
  window.addEventListener('keydown', key, { capture: true });
  window.addEventListener('keyup', key, { capture: true });
  return () => {
    forget();
    window.removeEventListener('click', press, { capture: true });
    window.removeEventListener('keydown', key, { capture: true });
    window.removeEventListener('keyup', key, { capture: true });
  };
}

/** What a button has opened elsewhere and has made room for: what Tab went through before it is not where one goes on. */
const openedBy = ({ element, levels }: Kept) =>
  element.isConnected ? undefined : comeAround(levels);

/** What was pressed to open what is closed now: it had gone meanwhile, and is there again, drawn anew. */
function openerOf(earlier: readonly Kept[]): HTMLElement | undefined {
  for (const { element, levels } of earlier) {
    const again = element.isConnected ? undefined : placeOf(levels, 'here', element);
    if (again) return again;
  }
  return undefined;
}

/** Where nothing is left around what was used last, as after a note is closed: what was used before, or its place. */
function usedBefore(earlier: readonly Kept[]): HTMLElement | undefined {
  for (const { element, levels } of earlier) {
    const found = isSeen(element) ? element : placeOf(levels, 'beside');
    if (found) return found;
  }
  return undefined;
}

/** True while nothing has the focus that an element had, and the element is not only switched off. */
const isLost = (element: HTMLElement) =>
  deepFocus() === undefined && (!element.isConnected || !element.matches(':disabled'));

/** What has the focus, inside whatever shadow root it is in; undefined where that is the page as a whole. */
function deepFocus(): HTMLElement | undefined {
  let focused = document.activeElement;
  while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
  return focused instanceof HTMLElement && focused !== document.body ? focused : undefined;
}

/** The shadow roots around an element, and the document. */
function rootsOf(element: Element): Node[] {
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? [root, ...rootsOf(root.host)] : [root];
}
