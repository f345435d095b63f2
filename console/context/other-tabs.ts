/** The tabs of one browser share a sign-in: each tells the others when somebody comes in or goes. */

const channel = new BroadcastChannel('canister-access');

/** @param email of whoever is signed in now; undefined where nobody is */
export function tellOtherTabs(email: string | undefined): void {
  channel.postMessage(email ?? '');
}

/** Calls the listener when another tab has told who is there; gives back the function that ends it. */
export function onOtherTab(listener: (email: string | undefined) => void): () => void {
  const hear = ({ data }: MessageEvent) => listener(data === '' ? undefined : String(data));
  channel.addEventListener('message', hear);
  return () => channel.removeEventListener('message', hear);
}
