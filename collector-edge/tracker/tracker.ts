/**
 * The script of pages: `<script defer src="https://stats.example/tracker.js" data-dataset="wk_…"></script>`.
 * Sends page views by itself, events by `canister('event', name, properties)`, names the user
 * by `canister('user', id)`, and ends the session by `canister('closeSession')` or `canister('logout')`. With the
 * attribute `data-vitals` it loads the script that measures how fast the page is; with `data-dnt` it stays silent where
 * the browser asks not to be tracked.
 */
import { hitId, visitorId } from './identity.ts';
import { watchPageViews } from './page-views.ts';
import { cut, watchSteps } from './steps.ts';
import { createTransport, type WaitingHit } from './transport.ts';

type Properties = Record<string, string | number | boolean>;
type Command =
  | [command: 'event', name: string, properties?: Properties]
  | [command: 'web_vitals', url: string, properties: Properties]
  | [command: 'user', id: string, properties?: undefined]
  | [command: 'closeSession' | 'logout', name?: undefined, properties?: undefined];

interface Canister {
  (...command: Command): void;
  /** Calls that came before this script was there. */
  q?: Command[];
  /** Set once the script runs, so that a second copy on the page stays silent. */
  on?: boolean;
}

declare global {
  interface Window {
    canister?: Canister;
  }
}

const urlLengthMax = 2_048;
const userIdLengthMax = 128;
const titleLengthMax = 512;
const languageLengthMax = 35;

function start(
  script: HTMLScriptElement,
  dataset: string,
  visitor: string,
  early: readonly Command[],
): void {
  const send = createTransport(new URL('hits', script.src).href);
  let number = 0;
  let userId: string | undefined;

  function hit(
    type: 'page_view' | 'event' | 'web_vitals' | 'steps',
    url: string,
    more: Partial<WaitingHit>,
  ): void {
    const at = Date.now();
    send({
      dataset,
      id: hitId(at),
      type,
      visitor,
      userId,
      url: cut(url, urlLengthMax),
      title: cut(document.title, titleLengthMax),
      at,
      number: number++,
      language: cut(navigator.language || '', languageLengthMax),
      screenWidth: screen.width,
      ...more,
    });
  }

  const canister: Canister = (...[command, name, properties]) => {
    if (command === 'event') hit(command, location.href, { name, properties });
    else if (command === 'web_vitals') hit(command, name, { properties });
    else if (command === 'user') userId = name ? cut(`${name}`, userIdLengthMax) : undefined;
    else if (command === 'closeSession' || command === 'logout') {
      hit('steps', location.href, { closeSession: true });
      if (command === 'logout') userId = undefined;
    }
  };
  canister.on = true;
  window.canister = canister;
  // The first page view names the user already.
  for (const command of early) if (command[0] === 'user') canister(...command);
  watchPageViews('hash' in script.dataset, (url, referrer) => {
    hit('page_view', url, { referrer: cut(referrer, urlLengthMax), ...(!number && loading()) });
  });
  for (const command of early) if (command[0] !== 'user') canister(...command);
  watchSteps((steps) => hit('steps', location.href, { steps }));
  // Where something blocks it, that is no failing script of the page.
  if ('vitals' in script.dataset) {
    import(/* @vite-ignore */ new URL('vitals.js', script.src).href).catch(() => {});
  }
}

/** How the document came, where the browser says so. */
function loading(): Partial<WaitingHit> | undefined {
  const [load] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  return load && { status: load.responseStatus || undefined, durationMs: load.responseEnd | 0 };
}

const script = document.currentScript as HTMLScriptElement | null;
const dataset = script ? script.dataset.dataset : '';
const { q = [], on }: Partial<Canister> = window.canister || {};
if (script && dataset && !on) {
  const visitor = visitorId('dnt' in script.dataset);
  if (visitor) start(script, dataset, visitor, q);
  else window.canister = () => {};
}
