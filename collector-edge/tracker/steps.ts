/**
 * Notices what visitors do on a page that says something by itself: failing scripts, clicks that do nothing or come in
 * a row, forms that are used and sent, links that lead to files or away. What they type is never looked at.
 */
import type { Step } from '../../core/contract/step.ts';

const textLengthMax = 256;
const waitMs = 2_000;
const answerMs = 1_000;
const clicksInRow = 3;
/** No more than one hit takes. */
const stepsPerPage = 100;
const fileName = /\.(pdf|zip|gz|dmg|exe|apk|csv|xlsx?|docx?|pptx?|epub|mp[34])$/i;

/** @param send gets steps some seconds after the first of them, and when the page goes */
export function watchSteps(send: (steps: Step[]) => void): void {
  let steps: Step[] = [];
  let left = stepsPerPage;
  let used: unknown;
  /** Counts what a page does: an answer to a click is among it. */
  let answers = 0;
  const answer = () => {
    answers += 1;
  };

  function flush(): void {
    if (steps.length) send(steps);
    steps = [];
  }

  function add(kind: Step['kind'], target: string, value?: string): void {
    if (left-- < 1) return;
    const waiting = steps.push({
      kind,
      at: Date.now(),
      target: cut(target, textLengthMax),
      value: value && cut(value, textLengthMax),
    });
    if (waiting === 1) setTimeout(flush, waitMs);
  }

  function awaitAnswer(element: Element): void {
    const count = () => answers + performance.getEntriesByType('resource').length;
    const before = count();
    const changes = new MutationObserver(answer);
    changes.observe(document, { subtree: true, childList: true, attributes: true });
    setTimeout(() => {
      changes.disconnect();
      if (count() === before) add('dead_click', nameOf(element));
    }, answerMs);
  }

  on('error', ({ message, filename, lineno }: ErrorEvent) => {
    if (message) add('error', `${filename}:${lineno}`, message);
  });
  on('unhandledrejection', ({ reason }: PromiseRejectionEvent) => add('error', '', `${reason}`));
  on('input', ({ target }: Event) => {
    const { form } = target as HTMLInputElement;
    if (!form || form === used) return;
    used = form;
    add('input', nameOf(form));
  });
  on('submit', ({ target }: Event) => {
    used = 0;
    add('submit', nameOf(target as Element));
  });
  for (const sign of ['submit', 'scroll', 'focusin']) on(sign, answer);
  on('click', ({ target, detail }: MouseEvent) => {
    const element = target as Element;
    // The browser counts clicks in a row at one place; in a text they select it.
    if (detail === clicksInRow && !`${getSelection()}`) add('rage_click', nameOf(element));
    const link = element.closest<HTMLAnchorElement>('a[href]:not([href^="#"])');
    if (!link) {
      const pressed = element.closest('button,[role=button],a');
      if (pressed) awaitAnswer(pressed);
    } else if ('download' in link.attributes || fileName.test(link.pathname)) {
      add('download', link.origin + link.pathname);
    } else if (link.host && link.host !== location.host) {
      add('outbound', link.origin + link.pathname);
    }
  });
  on('visibilitychange', flush);
}

function on<E extends Event>(name: string, take: (event: E) => void): void {
  addEventListener(name, take as EventListener, true);
}

/** `form#login`, `button#buy`: what it is, and how the page calls it. */
function nameOf(element: Element): string {
  const name = element.id || element.getAttribute('name');
  return element.tagName.toLowerCase() + (name ? `#${name}` : '');
}

/** Cuts a text, not within a surrogate pair: half of one would be refused. */
export function cut(text: string, lengthMax: number): string {
  return text.slice(0, lengthMax).replace(/[\ud800-\udbff]$/, '');
}
