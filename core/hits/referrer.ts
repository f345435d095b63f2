/** The page that led to a hit → its host and the name of the source, or nothing for own pages and direct entries. */
import { ReferrerParser } from '@tryghost/referrer-parser';
import type { Acquisition } from '../contract/session.ts';
import { memo } from './memo.ts';
import { tryUrl } from './page-url.ts';

const entriesMax = 10_000;
const parser = new ReferrerParser();

/** Assistants that the list of referrers does not know yet. */
const assistants = new Map([
  ['chatgpt.com', 'ChatGPT'],
  ['chat.openai.com', 'ChatGPT'],
  ['perplexity.ai', 'Perplexity'],
  ['claude.ai', 'Claude'],
  ['gemini.google.com', 'Gemini'],
  ['copilot.microsoft.com', 'Copilot'],
]);

const sourceOf = memo((host: string) => {
  const bare = host.replace(/^www\./, '');
  const assistant = assistants.get(bare);
  if (assistant !== undefined) return assistant;
  // A host that the list does not know has no medium, and its name comes back as it is.
  const { referrerSource, referrerMedium } = parser.parse(`https://${host}/`);
  return referrerMedium === null ? bare : (referrerSource ?? bare);
}, entriesMax);

/**
 * @param referrer the text as the client sent it
 * @param ownHosts decides whether a host is one of ours: an internal referrer is no source
 */
export function referrerOf(
  referrer: string | undefined,
  ownHosts: (host: string) => boolean,
): Pick<Acquisition, 'referrerHost' | 'referrerPath' | 'source'> {
  if (!referrer) return {};
  const { host, path } =
    referrer.length <= knownLengthMax ? knownPlace(referrer) : placeOf(referrer);
  if (host === '' || ownHosts(host)) return {};
  return { referrerHost: host, referrerPath: path, source: sourceOf(host) };
}

const knownLengthMax = 200;
const knownPlace = memo(placeOf, entriesMax);

function placeOf(referrer: string): { host: string; path: string } {
  const url = /^https?:\/\//i.test(referrer) ? tryUrl(referrer) : undefined;
  return { host: url?.host ?? '', path: url?.pathname ?? '' };
}

/** Says whether a host is in a list of names such as `www.shop.example` and `*.shop.example`. */
export function hostMatcher(patterns: readonly string[]): (host: string) => boolean {
  const exact = new Set(patterns.filter((pattern) => !pattern.startsWith('*.')));
  const suffixes = patterns.flatMap((pattern) =>
    pattern.startsWith('*.') ? [pattern.slice(1)] : [],
  );
  return (host) => exact.has(host) || suffixes.some((suffix) => host.endsWith(suffix));
}
