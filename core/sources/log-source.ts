/**
 * Log lines → hits. A line's hit id is a fingerprint of the line and of its ordinal among identical lines, so that
 * the same log imported twice, overlapping, rotated or compressed, gives the same ids.
 */
import type { SessionHit } from '../contract/session.ts';
import { isAsset } from '../hits/asset-path.ts';
import { addressCutter, keyedHash } from '../hits/client-address.ts';
import { type Enrichment, targetText, usualEnrichment, withChannel } from '../hits/enrichment.ts';
import { memo } from '../hits/memo.ts';
import { type HitContext, headOf, judge, type NormalizedHit } from '../hits/normalize-hit.ts';
import { type PageUrl, splitRequestTarget } from '../hits/page-url.ts';
import { type ReferrerFacts, referrerOf } from '../hits/referrer.ts';
import { shortHash } from '../hits/short-hash.ts';
import type { LogLine } from './formats/log-line.ts';
import { clientAddress, type VisitorRules, visitorNames } from './log-visitors.ts';

const userAgentLengthMax = 512;
const referrerLengthMax = 2_048;
/** Identical lines further apart than this many different ones count as the same line. */
const distinctLinesMax = 200_000;
const visitorsMax = 20_000;
const referrersMax = 20_000;

/** Gives each line of one file its id. */
export function lineIds(): (line: string) => string {
  let young = new Map<string, number>();
  let old = new Map<string, number>();
  return (line) => {
    const fingerprint = shortHash(line);
    const seen = young.get(fingerprint) ?? old.get(fingerprint) ?? 0;
    if (young.size >= distinctLinesMax) {
      old = young;
      young = new Map();
    }
    young.set(fingerprint, seen + 1);
    return seen === 0 ? fingerprint : shortHash(`${line}\n${seen}`);
  };
}

/** How lines become hits, as an import may ask. */
export interface LineRules extends VisitorRules {
  /** Whether the query is left out of what is stored; the campaign that it names stays. */
  stripQuery: boolean;
}

const plainRules: LineRules = {
  proxies: 0,
  referrerChain: false,
  idleTimeoutMs: 0,
  stripQuery: false,
};

/**
 * Makes the function that turns a parsed line into a hit. A visitor of a log is an address with a user agent, unless
 * the rules say more.
 * @param secret the dataset's address secret
 * @param ownHosts the dataset's hosts, whose pages are no referrers
 * @param enrichment the dataset's hit rules
 */
export function logNormalizer(
  secret: string,
  ownHosts: (host: string) => boolean,
  rules: LineRules = plainRules,
  enrichment: Enrichment = usualEnrichment,
): (line: LogLine, id: string) => NormalizedHit {
  const cut = addressCutter(secret);
  const nameOf = visitorNames(rules, ownHosts);
  const referrerFrom = memo((text: string) => referrerOf(text, ownHosts), referrersMax);
  const visitorOf = memo((client: string) => keyedHash(secret, client), visitorsMax);
  return (line, id) => {
    const userAgent = line.userAgent.slice(0, userAgentLengthMax);
    const clientText = clientAddress(line, rules.proxies);
    const address = cut(clientText);
    const url = splitRequestTarget(line.target);
    const found = referrerFrom(line.referrer ?? '');
    // A log of several hosts says which one was asked: its own pages are no referrers either.
    const isOwn = line.host !== undefined && found.referrerHost === line.host;
    const referrer: ReferrerFacts = isOwn ? {} : found;
    const sent: Pick<PageUrl, 'path' | 'query'> = rules.stripQuery ? { path: url.path } : url;
    const target = enrichment.changeLogTarget?.(sent) ?? sent;
    const place = address.prefix === undefined ? undefined : enrichment.placeOf(address.prefix);
    const hit: SessionHit = {
      id,
      at: line.at,
      type: isPageView(line, sent.path) ? 'page_view' : 'request',
      origin: 'log',
      method: line.method,
      host: line.host ?? url.host,
      path: target.path,
      query: target.query,
      protocol: line.protocol,
      status: line.status,
      responseBytes: line.responseBytes,
      durationMs: line.durationMs,
      referrer: line.referrer?.slice(0, referrerLengthMax),
      title: undefined,
      name: undefined,
      properties: undefined,
      steps: undefined,
      number: undefined,
      closeSession: undefined,
      targetBefore: target === sent ? undefined : targetText(sent),
    };
    const context: HitContext = {
      visitor: visitorOf(nameOf(line, `${clientText}\n${userAgent}`)),
      userId: line.user,
      userAgent,
      addressPrefix: address.prefix,
      addressKey: address.key,
      country: place?.country,
      region: place?.region,
      city: place?.city,
      language: undefined,
      screenWidth: undefined,
      technology: enrichment.technologyOf(userAgent),
      get acquisition() {
        return withChannel(
          enrichment,
          { ...headOf(context, 'log'), acquisition: { ...referrer, ...url.campaign } },
          hit,
        );
      },
      campaign: url.campaign,
    };
    return { hit, context, ...judge(enrichment, context, hit) };
  };
}

/** A page view in a log: a successful GET of something that is a page. */
function isPageView({ method, status }: LogLine, path: string): boolean {
  const isShown = (status >= 200 && status < 300) || status === 304;
  return method === 'GET' && isShown && !isAsset(path);
}
