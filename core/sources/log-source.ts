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
import type { LogLine } from './formats/combined.ts';

const idHexDigits = 32;
const userAgentLengthMax = 512;
const referrerLengthMax = 2_048;
/** Identical lines further apart than this many different ones count as the same line. */
const distinctLinesMax = 200_000;
const visitorsMax = 20_000;
const referrersMax = 20_000;

/** What a page is not: files that pages load, and feeds. */
const assetPath =
  /\.(?:png|jpe?g|gif|webp|avif|svg|ico|bmp|css|js|mjs|map|json|xml|rss|atom|txt|woff2?|ttf|otf|eot|mp[34]|webm|ogg|wav|mov|avi|pdf|zip|gz|tgz|bz2|xz|rpm|deb|jar|exe|dmg|iso|swf)$/i;

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

/**
 * Makes the function that turns a parsed line into a hit. A visitor of a log is an address with a user agent.
 * @param secret the dataset's address secret
 * @param ownHosts the dataset's hosts, whose pages are no referrers
 */
export function logNormalizer(
  secret: string,
  ownHosts: (host: string) => boolean,
): (line: LogLine, id: string) => NormalizedHit {
  const cut = addressCutter(secret);
  const referrerFrom = memo((text: string) => referrerOf(text, ownHosts), referrersMax);
  const visitorOf = memo((client: string) => keyedHash(secret, client), visitorsMax);
  return (line, id) => {
    const userAgent = line.userAgent.slice(0, userAgentLengthMax);
    const address = cut(line.address);
    const url = splitRequestTarget(line.target);
    const { source, ...referrer } = referrerFrom(line.referrer ?? '');
    return {
      hit: {
        id,
        at: line.at,
        type: isPageView(line, url.path) ? 'page_view' : 'request',
        origin: 'log',
        method: line.method,
        host: url.host,
        path: url.path,
        query: url.query,
        protocol: line.protocol,
        status: line.status,
        responseBytes: line.responseBytes,
        durationMs: undefined,
        referrer: line.referrer?.slice(0, referrerLengthMax),
        title: undefined,
        name: undefined,
        properties: undefined,
        steps: undefined,
        number: undefined,
        closeSession: undefined,
      },
      context: {
        visitor: visitorOf(`${line.address}\n${userAgent}`),
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
  return method === 'GET' && isShown && !assetPath.test(path);
}
