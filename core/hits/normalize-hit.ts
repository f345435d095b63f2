/**
 * A received hit → the canonical hit and what its session needs to know of the client. Typed in, canonical out:
 * nothing here looks at other hits.
 */
import { hitLimits, type ReceivedHit } from '../contract/hit.ts';
import type { Acquisition, SessionHit, Technology } from '../contract/session.ts';
import { parsePageUrl } from './page-url.ts';
import { referrerOf } from './referrer.ts';
import { technologyOf } from './user-agent.ts';

/** What a hit says of its session; the first hit of a session decides. */
export interface HitContext {
  /** Key of the device: the first-party id, or a hash of address and user agent. */
  visitor: string;
  /** The device's key before the salt of the hash turned. */
  visitorBefore?: string | undefined;
  userId?: string | undefined;
  userAgent: string;
  addressPrefix?: string | undefined;
  addressKey?: string | undefined;
  country?: string | undefined;
  language?: string | undefined;
  screenWidth?: number | undefined;
  technology: Technology;
  acquisition: Acquisition;
  /** The campaign that the hit's own URL names. */
  campaign?: Pick<Acquisition, 'source' | 'medium' | 'campaign'> | undefined;
}

export interface NormalizedHit {
  hit: SessionHit;
  context: HitContext;
}

const hitId = /^[0-9a-f]{32}$/;

/** A hit that cannot be normalized, with the reason for the list of bad hits. */
export class UnusableHit extends Error {}

/**
 * @param receivedAt when the collector stored it (epoch ms): the client's own clock is corrected by it
 * @param ownHosts the dataset's hosts, whose pages are no referrers
 * @throws UnusableHit
 */
export function normalizeHit(
  received: ReceivedHit,
  receivedAt: number,
  ownHosts: (host: string) => boolean,
): NormalizedHit {
  const url = parsePageUrl(received.url);
  if (url === undefined) throw new UnusableHit('url_invalid');
  const id = received.id.replaceAll('-', '').toLowerCase();
  if (!hitId.test(id)) throw new UnusableHit('id_invalid');
  const { client } = received;
  const isOwn = (host: string) => host === url.host || ownHosts(host);
  const { source, ...referrer } = referrerOf(received.referrer, isOwn);
  const hit: SessionHit = {
    id,
    at: correctedTime(received, receivedAt),
    type: received.type,
    origin: 'tracker',
    method: received.method ?? 'GET',
    host: url.host,
    path: url.path,
    query: url.query,
    status: received.status,
    responseBytes: received.responseBytes,
    durationMs: received.durationMs,
    referrer: received.referrer || undefined,
    title: received.title || undefined,
    name: received.name,
    properties: received.properties,
    steps: received.steps?.length ? received.steps : undefined,
    number: received.number,
    closeSession: received.closeSession,
    requestHeaders: received.requestHeaders,
    form: received.form,
    requestBody: received.requestBody,
    responseHeaders: received.responseHeaders,
    responseBody: received.responseBody,
  };
  const context: HitContext = {
    visitor: received.visitor,
    visitorBefore: received.visitorBefore,
    userId: received.userId,
    userAgent: client.userAgent,
    addressPrefix: client.addressPrefix,
    addressKey: client.addressKey,
    country: client.country,
    language: received.language || undefined,
    screenWidth: received.screenWidth,
    technology: technologyOf(client.userAgent),
    acquisition: { ...referrer, ...(source === undefined ? {} : { source }), ...url.campaign },
    campaign: url.campaign,
  };
  return { hit, context };
}

/** The page's time, set right by the difference of the two clocks, within the day before its arrival. */
function correctedTime({ at, sentAt }: ReceivedHit, receivedAt: number): number {
  if (at === undefined) return receivedAt;
  const corrected = receivedAt - Math.max(0, (sentAt ?? at) - at);
  return Math.max(corrected, receivedAt - hitLimits.clientAgeMsMax);
}
