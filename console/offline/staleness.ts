/** Which answers on screen came out of this browser instead of from the server, and of when the oldest is. */

/** Told `change` whenever the oldest one may be another one. */
export const stalenessNews = new EventTarget();

/** What this page asked and got out of the cache, by its address. */
const staleAddresses = new Map<string, number>();
const bySignal = new WeakMap<AbortSignal, number>();

/** When the oldest kept answer that this page shows was given; undefined where all came from the server. */
export function oldestAnswerAt(): number | undefined {
  return staleAddresses.size === 0 ? undefined : Math.min(...staleAddresses.values());
}

/**
 * When the oldest kept answer was given of those that were asked with this signal, which a question hands on to all
 * its requests; undefined where the server answered them all.
 */
export const keptSince = (signal: AbortSignal): number | undefined => bySignal.get(signal);

/** Called for every answer. @param answeredAt undefined for one of the server */
export function noteAnswer(
  address: string,
  signal: AbortSignal | undefined,
  answeredAt: number | undefined,
): void {
  if (answeredAt === undefined) {
    if (staleAddresses.delete(address)) stalenessNews.dispatchEvent(new Event('change'));
    return;
  }
  if (signal) bySignal.set(signal, Math.min(answeredAt, bySignal.get(signal) ?? answeredAt));
  staleAddresses.set(address, answeredAt);
  stalenessNews.dispatchEvent(new Event('change'));
}

/** At another page nothing of the last one is shown any more. @param stays what the frame itself goes on showing */
export function forgetStaleness(stays: readonly string[]): void {
  for (const address of staleAddresses.keys())
    if (!stays.includes(address)) staleAddresses.delete(address);
  stalenessNews.dispatchEvent(new Event('change'));
}
