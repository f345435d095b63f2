/** Installs the service worker, and says when a newer version of the console waits for its turn. */
import { Workbox } from 'workbox-window';

const updateEveryMs = 60 * 60_000;

/** What is used of the browser's trusted types, which not every browser has. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL: (address: string) => string },
  ): { createScriptURL(address: string): unknown };
}

/** The one place where an address becomes a script: the policy admits this address alone. */
function workerAddress(): string {
  const address = '/service-worker.js';
  const { trustedTypes } = window as { trustedTypes?: TrustedTypes };
  const policy = trustedTypes?.createPolicy('canister', { createScriptURL: () => address });
  // The types of the library know texts only; the browser takes the trusted kind.
  return (policy?.createScriptURL(address) as string | undefined) ?? address;
}

/**
 * @param ready called when a new version waits, with the function that puts it in force and loads the page anew
 */
export function installWorker(ready: (reload: () => void) => void): void {
  // Over plain HTTP from another machine browsers allow no worker: the console then needs its server.
  if (!('serviceWorker' in navigator)) return;
  const workbox = new Workbox(workerAddress());
  workbox.addEventListener('waiting', () =>
    ready(async () => {
      workbox.addEventListener('controlling', () => location.reload());
      const registration = await navigator.serviceWorker.getRegistration();
      // Another tab may have put it in force already.
      if (registration?.waiting) workbox.messageSkipWaiting();
      else location.reload();
    }),
  );
  workbox.register().catch(() => undefined);
  setInterval(() => void workbox.update().catch(() => undefined), updateEveryMs);
}
