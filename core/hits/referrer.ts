/** The page that led to a hit → its host, and the name and kind of the source, or nothing for own pages and direct entries. */
import { ReferrerParser } from '@tryghost/referrer-parser';
import type { Acquisition } from '../contract/session.ts';
import { assistantHosts } from './channel.ts';
import { memo } from './memo.ts';
import { tryUrl } from './page-url.ts';

const entriesMax = 10_000;
const parser = new ReferrerParser();

interface Named {
  source: string;
  medium: string;
}

/** Apps of Android name themselves as the referrer of what is opened out of them. Of others nobody knows what they are. */
const androidApps: ReadonlyMap<string, Named> = new Map([
  ['com.google.android.googlequicksearchbox', { source: 'Google', medium: 'organic' }],
  ['com.google.android.gm', { source: 'Gmail', medium: 'email' }],
  ['com.microsoft.office.outlook', { source: 'Outlook', medium: 'email' }],
  ['com.facebook.katana', { source: 'Facebook', medium: 'social' }],
  ['com.facebook.lite', { source: 'Facebook', medium: 'social' }],
  ['com.facebook.orca', { source: 'Facebook', medium: 'social' }],
  ['com.instagram.android', { source: 'Instagram', medium: 'social' }],
  ['com.twitter.android', { source: 'Twitter', medium: 'social' }],
  ['com.linkedin.android', { source: 'LinkedIn', medium: 'social' }],
  ['com.pinterest', { source: 'Pinterest', medium: 'social' }],
  ['com.reddit.frontpage', { source: 'Reddit', medium: 'social' }],
  ['org.telegram.messenger', { source: 'Telegram', medium: 'social' }],
  ['com.whatsapp', { source: 'WhatsApp', medium: 'social' }],
  ['com.openai.chatgpt', { source: 'ChatGPT', medium: 'ai-assistant' }],
]);

/** What the list of referrers calls a kind of source → the word that campaigns use for it. */
const media: ReadonlyMap<string | null, string> = new Map([
  ['search', 'organic'],
  ['social', 'social'],
  ['email', 'email'],
  ['paid', 'cpc'],
]);

const sourceOf = memo((host: string): Named => {
  const bare = host.replace(/^www\./, '');
  const app = androidApps.get(host);
  if (app !== undefined) return app;
  const assistant = assistantHosts.get(bare);
  if (assistant !== undefined) return { source: assistant, medium: 'ai-assistant' };
  // A host that the list does not know has no medium, and its name comes back as it is.
  const { referrerSource, referrerMedium } = parser.parse(`https://${host}/`);
  const source = referrerMedium === null ? bare : (referrerSource ?? bare);
  return { source, medium: media.get(referrerMedium) ?? 'referral' };
}, entriesMax);

/** Parameters in which search engines hand on what was searched for, where they still do. */
const searchParameters = ['q', 'query', 'p', 'wd', 'text', 'search', 'k', 'eqp'];
const searchTermLengthMax = 255;

/**
 * @param referrer the text as the client sent it
 * @param ownHosts decides whether a host is one of ours: an internal referrer is no source
 */
export function referrerOf(
  referrer: string | undefined,
  ownHosts: (host: string) => boolean,
): ReferrerFacts {
  if (!referrer) return {};
  const { host, path, search } =
    referrer.length <= knownLengthMax ? knownPlace(referrer) : placeOf(referrer);
  if (host === '' || ownHosts(host)) return {};
  const { source, medium } = sourceOf(host);
  const term = medium === 'organic' ? searchTerm(search) : undefined;
  return {
    referrerHost: host,
    referrerPath: path,
    source,
    medium,
    ...(term === undefined ? {} : { term }),
  };
}

/** What a referrer says of where a session came from. What the URL of the page says goes before it. */
export type ReferrerFacts = Pick<
  Acquisition,
  'referrerHost' | 'referrerPath' | 'source' | 'medium' | 'term'
>;

function searchTerm(search: string): string | undefined {
  if (search === '') return undefined;
  const parameters = new URLSearchParams(search);
  for (const name of searchParameters) {
    const term = parameters.get(name)?.trim();
    if (term) return term.slice(0, searchTermLengthMax);
  }
  return undefined;
}

const knownLengthMax = 200;
const knownPlace = memo(placeOf, entriesMax);

function placeOf(referrer: string): { host: string; path: string; search: string } {
  const app = /^android-app:\/\/([^/]+)/.exec(referrer)?.[1];
  if (app !== undefined && androidApps.has(app)) return { host: app, path: '/', search: '' };
  const url = /^https?:\/\//i.test(referrer) ? tryUrl(referrer) : undefined;
  return { host: url?.host ?? '', path: url?.pathname ?? '', search: url?.search ?? '' };
}

/** Says whether a host is in a list of names such as `www.shop.example` and `*.shop.example`. */
export function hostMatcher(patterns: readonly string[]): (host: string) => boolean {
  const exact = new Set(patterns.filter((pattern) => !pattern.startsWith('*.')));
  const suffixes = patterns.flatMap((pattern) =>
    pattern.startsWith('*.') ? [pattern.slice(1)] : [],
  );
  return (host) => exact.has(host) || suffixes.some((suffix) => host.endsWith(suffix));
}
