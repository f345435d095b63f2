/** A URL of a hit → host, path and query in one canonical form, and the campaign fields that were in it. */
import type { Acquisition } from '../contract/session.ts';
import { clickIds } from './click-ids.ts';
import { memo } from './memo.ts';

export interface PageUrl {
  host: string;
  path: string;
  query?: string;
  campaign: Pick<Acquisition, 'source' | 'medium' | 'campaign' | 'term' | 'content' | 'clickId'>;
}

/** Parameters that name a click or a session, never a page. */
const trackingParameters = new Set([
  ...clickIds.keys(),
  ...'gad_campaignid gclsrc srsltid mc_eid mc_cid _hsenc _hsmi _ga _gl mkt_tok vero_id'.split(' '),
  ...'phpsessid jsessionid aspsessionid sessionid sid'.split(' '),
]);

type UtmField = Exclude<keyof PageUrl['campaign'], 'clickId'>;

/** The links of whoever comes from Matomo are tagged in its own words, of now and of before. */
const campaignParameters = new Map<string, UtmField>([
  ['utm_source', 'source'],
  ['utm_medium', 'medium'],
  ['utm_campaign', 'campaign'],
  ['utm_term', 'term'],
  ['utm_content', 'content'],
  ...['mtm', 'matomo', 'pk', 'piwik'].flatMap((tool): [string, UtmField][] => [
    [`${tool}_source`, 'source'],
    [`${tool}_medium`, 'medium'],
    [`${tool}_campaign`, 'campaign'],
    [`${tool}_cpn`, 'campaign'],
    [`${tool}_keyword`, 'term'],
    [`${tool}_kwd`, 'term'],
    [`${tool}_content`, 'content'],
  ]),
]);

const campaignValueLengthMax = 255;
const pathLengthMax = 2_048;

/**
 * Parses the URL of a tracker's hit: lower-case host, no default port, no fragment, dot segments resolved, tracking
 * and utm parameters taken out of the query. Undefined for what is not an http(s) URL.
 */
export function parsePageUrl(text: string): Readonly<PageUrl> | undefined {
  // What lies in the inbox may hold no URL at all.
  return text?.length <= knownLengthMax ? knownPageUrl(text) : parse(text);
}

/** Pages repeat all day. What is given for one is shared by all its hits. */
const urlsMax = 20_000;
const knownLengthMax = 200;
const knownPageUrl = memo(parse, urlsMax);

function parse(text: string): PageUrl | undefined {
  const url = tryUrl(text);
  if (url === undefined) return undefined;
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  const { kept, campaign } = splitQuery(url.search.slice(1));
  if (url.hash !== '') fillFromFragment(campaign, url.hash.slice(1));
  return {
    host: url.host,
    path: url.pathname.slice(0, pathLengthMax),
    ...(kept === '' ? {} : { query: kept }),
    campaign,
  };
}

/** A text as URL, parsed once; undefined where it is none. */
export function tryUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/**
 * Takes the target of a log line as it stands (`/a/b?x=1`): what the log says is kept to the letter, so that counts
 * by path can be compared with any other tool's.
 */
export function splitRequestTarget(target: string): Readonly<PageUrl> {
  return target.length <= knownLengthMax ? knownTarget(target) : split(target);
}

const knownTarget = memo(split, urlsMax);

function split(target: string): PageUrl {
  const mark = target.indexOf('?');
  const path = (mark < 0 ? target : target.slice(0, mark)).slice(0, pathLengthMax);
  const query = mark < 0 ? '' : target.slice(mark + 1);
  if (query === '') return { host: '', path, campaign: {} };
  if (!namesCampaign.test(query)) return { host: '', path, query, campaign: {} };
  return { host: '', path, query, campaign: splitQuery(query).campaign };
}

/** Looked at before a query is taken apart: most name no campaign. */
const namesCampaign = new RegExp(
  `(?:utm|mtm|matomo|pk|piwik)_|(?:^|&)(?:${[...clickIds.keys()].join('|')})=`,
  'i',
);

/** The query of a log line without what names a click, a session or a campaign. */
export function withoutTracking(query: string): string | undefined {
  return splitQuery(query).kept || undefined;
}

function splitQuery(query: string): { kept: string; campaign: PageUrl['campaign'] } {
  const campaign: PageUrl['campaign'] = {};
  if (query === '') return { kept: '', campaign };
  const kept = query.split('&').filter((pair) => {
    const equals = pair.indexOf('=');
    const name = (equals < 0 ? pair : pair.slice(0, equals)).toLowerCase();
    const field = campaignParameters.get(name);
    if (field !== undefined) {
      const value = equals < 0 ? '' : decode(pair.slice(equals + 1)).trim();
      if (value !== '') campaign[field] ??= value.slice(0, campaignValueLengthMax);
      return false;
    }
    if (clickIds.has(name)) campaign.clickId ??= name;
    return pair !== '' && !trackingParameters.has(name);
  });
  fillFromClick(campaign);
  return { kept: kept.join('&'), campaign };
}

/** Tags may stand behind the `#`, where no server and no cache sees them; what stands before it counts first. */
function fillFromFragment(campaign: PageUrl['campaign'], fragment: string): void {
  const query = fragment.slice(fragment.lastIndexOf('?') + 1);
  if (!namesCampaign.test(query)) return;
  for (const [field, value] of Object.entries(splitQuery(query).campaign))
    campaign[field as keyof PageUrl['campaign']] ??= value;
}

/** What nobody has tagged, the advertiser's own mark says. */
function fillFromClick(campaign: PageUrl['campaign']): void {
  const click = campaign.clickId === undefined ? undefined : clickIds.get(campaign.clickId);
  if (click === undefined || campaign.source !== undefined) return;
  campaign.source = click.source;
  if (click.medium !== undefined) campaign.medium ??= click.medium;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
