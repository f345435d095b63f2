/** The ids that the page makes: of its visitor, kept in this browser, and of each hit. */

const visitorName = 'canister-visitor';
const ignoreName = 'canister-ignore';

/**
 * The first-party id: 32 random hex digits, new for each page where nothing can be kept. None where the person at this
 * browser has switched counting off: `localStorage['canister-ignore'] = 1`.
 */
export function visitorId(): string | undefined {
  let id = randomHex();
  try {
    if (ignoreName in localStorage) return undefined;
    id = localStorage.getItem(visitorName) || id;
    localStorage.setItem(visitorName, id);
  } catch {
    // The id lives as long as the page.
  }
  return id;
}

/** A UUID of version 7: its first 48 bits are the time, so that later hits have greater ids. */
export function hitId(atMs: number): string {
  const time = atMs.toString(16).padStart(12, '0');
  const random = randomHex();
  const variant = '89ab'[parseInt(random[0] as string, 16) % 4];
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(1, 4)}-${variant}${random.slice(4, 7)}-${random.slice(7, 19)}`;
}

function randomHex(): string {
  let text = '';
  for (const byte of crypto.getRandomValues(new Uint8Array(16))) {
    text += byte.toString(16).padStart(2, '0');
  }
  return text;
}
