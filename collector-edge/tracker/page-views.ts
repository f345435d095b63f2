/** Notices when a page is shown: on load, when a prerendered page is activated, on history changes, and on return. */

/** A change of address may keep its old title for a moment, which single-page applications set afterwards. */
const titleDelayMs = 50;

/**
 * Calls `show` for every page view.
 * @param withHash whether a change of the fragment alone shows another page
 * @param show gets the address of the page and where the visitor came from
 */
export function watchPageViews(
  withHash: boolean,
  show: (url: string, referrer: string) => void,
): void {
  let shown = '';
  let referrer = document.referrer;

  function look(delayMs: number, again = false): void {
    const url = withHash ? location.href : (location.href.split('#', 1)[0] as string);
    if (url === shown && !again) return;
    const from = referrer;
    shown = url;
    referrer = url;
    if (delayMs) setTimeout(show, delayMs, url, from);
    else show(url, from);
  }

  function watchHistory(): void {
    for (const name of ['pushState', 'replaceState'] as const) {
      const original = history[name];
      history[name] = function (this: History, ...args: Parameters<History['pushState']>) {
        original.apply(this, args);
        look(titleDelayMs);
      };
    }
    addEventListener('popstate', () => look(titleDelayMs));
    if (withHash) addEventListener('hashchange', () => look(titleDelayMs));
    addEventListener('pageshow', ({ persisted }) => {
      if (persisted) look(0, true);
    });
    look(0);
  }

  const page = document as Document & { prerendering?: boolean };
  if (page.prerendering) page.addEventListener('prerenderingchange', watchHistory, { once: true });
  else watchHistory();
}
