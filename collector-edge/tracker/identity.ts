/** The ids that the page makes: of its visitor, kept in this browser, and of each hit. */

const visitorName = 'canister-visitor';
const ignoreName = 'canister-ignore';

/** As bits `'1'` and `true` are 1, and what is missing, `null` and `'unspecified'` are 0. */
declare const navigator: { doNotTrack: number; globalPrivacyControl: number };

/**
 * The first-party id: 32 random hex digits, new for each page where nothing can be kept. None where the person at this
 * browser has switched counting off: `localStorage['canister-ignore'] = 1`, or by a signal of the browser.
 * @param heedsSignals whether `Do Not Track` and `Global Privacy Control` count
 */
export function visitorId(heedsSignals: boolean): string | undefined {
  let id = randomHex();
  try {
    if (
      (heedsSignals && navigator.doNotTrack | navigator.globalPrivacyControl) ||
      ignoreName in localStorage
    )
      return undefined;
    id = localStorage[visitorName] || id;
    localStorage[visitorName] = id;
  } catch {
    // The id lives as long as the page.
  }
  return id;
}

/**
 * A UUID of version 7: its first 48 bits are the time, so that later hits have greater ids. Of the four digits that name
 * its variant it always takes the first: 72 random bits are left.
 */
export function hitId(atMs: number): string {
  const time = atMs.toString(16).padStart(12, '0');
  const random = randomHex();
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(1, 4)}-8${random.slice(4, 7)}-${random.slice(7, 19)}`;
}

function randomHex(): string {
  let text = '';
  for (const byte of crypto.getRandomValues(new Uint8Array(16))) {
    text += byte.toString(16).padStart(2, '0');
  }
  return text;
}
