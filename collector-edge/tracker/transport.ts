/**
 * Brings hits to the collector: at once when it can, again with the same id when it must. What is not confirmed waits
 * in the tab's storage, survives a navigation, and is sent along by the next page; repeated ids do no harm.
 */
import type { Hit } from '../../core/contract/hit.ts';

const storeName = 'canister-hits';
const hitsMax = 50;
const bodyLengthMax = 60_000;
const ageMsMax = 86_400_000;
const delayMsMin = 1_000;
const delayMsMax = 300_000;

export type WaitingHit = Hit & { at: number };

/** Gives a function that takes one hit and sees to it that it arrives. */
export function createTransport(endpoint: string): (hit: WaitingHit) => void {
  let waiting = restore();
  let underWay: WaitingHit[] = [];
  let timer = 0;
  let delayMs = delayMsMin;

  function store(): void {
    try {
      sessionStorage[storeName] = JSON.stringify(waiting);
    } catch {
      // Without storage the hits live as long as the page.
    }
  }

  function send(): void {
    if (underWay.length || timer) return;
    const [hits, body] = pack(waiting);
    if (!hits.length) return;
    underWay = hits;
    fetch(endpoint, { method: 'POST', body, keepalive: true, credentials: 'omit' }).then(
      ({ status, headers }) => {
        if (status === 429 || status > 499) retry(Number(headers.get('Retry-After')) * 1_000);
        else confirm();
      },
      () => retry(0),
    );
  }

  /** Taken, or refused for good: either way there is nothing more to do for them. */
  function confirm(): void {
    waiting = waiting.filter((hit) => !underWay.includes(hit));
    underWay = [];
    delayMs = delayMsMin;
    store();
    send();
  }

  function retry(askedMs: number): void {
    underWay = [];
    // Half of the delay is left to chance, so that pages do not come back together.
    timer = window.setTimeout(wake, askedMs || delayMs * (0.5 + Math.random() / 2));
    delayMs = Math.min(delayMs * 2, delayMsMax);
  }

  function wake(): void {
    clearTimeout(timer);
    timer = 0;
    send();
  }

  addEventListener('online', wake);
  // After `pagehide` where a page is left, and the only sign where a telephone puts it away.
  addEventListener('visibilitychange', () => {
    const [hits, body] = pack(waiting.filter((hit) => !underWay.includes(hit)));
    if (hits.length) navigator.sendBeacon(endpoint, body);
  });
  send();

  return (hit) => {
    waiting = [...waiting, hit].slice(-hitsMax);
    store();
    send();
  };
}

function restore(): WaitingHit[] {
  try {
    const kept: WaitingHit[] = JSON.parse(sessionStorage[storeName]);
    return kept.filter((hit) => Date.now() - hit.at < ageMsMax);
  } catch {
    // Nothing waits, or nothing can be kept.
    return [];
  }
}

/** The first hits that fit into one body, and that body; the sender's clock at sending corrects a wrong clock. */
function pack(waiting: WaitingHit[]): [hits: WaitingHit[], body: string] {
  const hits: WaitingHit[] = [];
  let body = '';
  for (const hit of waiting) {
    const more = `${body && `${body},`}${JSON.stringify({ ...hit, sentAt: Date.now() })}`;
    if (body && new Blob([more]).size > bodyLengthMax) break;
    body = more;
    hits.push(hit);
  }
  return [hits, `[${body}]`];
}
