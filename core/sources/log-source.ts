/**
 * Log lines → hits. A line's hit id is a fingerprint of the line and of its ordinal among identical lines, so that
 * the same log imported twice, overlapping, rotated or compressed, gives the same ids.
 */
import { hash } from 'node:crypto';
import { addressCutter, keyedHash } from '../hits/client-address.ts';
import { memo } from '../hits/memo.ts';
import type { NormalizedHit } from '../hits/normalize-hit.ts';
import { splitRequestTarget } from '../hits/page-url.ts';
import { referrerOf } from '../hits/referrer.ts';
import { technologyOf } from '../hits/user-agent.ts';
import type { LogLine } from './formats/log-line.ts';
import { isAsset } from './line-filter.ts';
import { clientAddress, type VisitorRules, visitorNames } from './log-visitors.ts';

const idHexDigits = 32;
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
    const fingerprint = hash('sha256', line, 'hex').slice(0, idHexDigits);
    const seen = young.get(fingerprint) ?? old.get(fingerprint) ?? 0;
    if (young.size >= distinctLinesMax) {
      old = young;
      young = new Map();
    }
    young.set(fingerprint, seen + 1);
    return seen === 0
      ? fingerprint
      : hash('sha256', `${line}\n${seen}`, 'hex').slice(0, idHexDigits);
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
 */
export function logNormalizer(
  secret: string,
  ownHosts: (host: string) => boolean,
  rules: LineRules = plainRules,
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
    const { source, ...referrer } = isOwn ? ({} as typeof found) : found;
    return {
      hit: {
        id,
        at: line.at,
        type: isPageView(line, url.path) ? 'page_view' : 'request',
        origin: 'log',
        method: line.method,
        host: line.host ?? url.host,
        path: url.path,
        query: rules.stripQuery ? undefined : url.query,
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
      },
      context: {
        visitor: visitorOf(nameOf(line, `${clientText}\n${userAgent}`)),
        userId: line.user,
        userAgent,
        addressPrefix: address.prefix,
        addressKey: address.key,
        country: undefined,
        language: undefined,
        screenWidth: undefined,
        technology: technologyOf(userAgent),
        acquisition: { ...referrer, ...(source === undefined ? {} : { source }), ...url.campaign },
        campaign: url.campaign,
      },
    };
  };
}

/** A page view in a log: a successful GET of something that is a page. */
function isPageView({ method, status }: LogLine, path: string): boolean {
  const isShown = (status >= 200 && status < 300) || status === 304;
  return method === 'GET' && isShown && !isAsset(path);
}
