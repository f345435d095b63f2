/** What a stored hit still says of its session: for the first hit of a collected session that one's own head. */
import type { Acquisition, SessionHit } from '../contract/session.ts';
import { type Enrichment, targetText, withChannel } from '../hits/enrichment.ts';
import type { HitContext } from '../hits/normalize-hit.ts';
import { splitRequestTarget } from '../hits/page-url.ts';
import { type ReferrerFacts, referrerOf } from '../hits/referrer.ts';
import type { CollectedSession } from '../sessions/collected-session.ts';

/** All hits of a recut are of one device, by whatever keys it was known. */
const device = 'device';

type Campaign = NonNullable<HitContext['campaign']>;

/** @param number of the hit among those of its collected session, in the order in which they came */
export function hitContext(
  collected: CollectedSession,
  hit: SessionHit,
  number: number,
  { ownHosts, enrichment }: { ownHosts: (host: string) => boolean; enrichment: Enrichment },
): HitContext {
  const { session, rules } = collected;
  const { userId, userAgent, addressPrefix, addressKey, country, region, city } = session;
  const { language, screenWidth } = session;
  // Whether it behaves as a robot is found anew when it is whole.
  const technology =
    session.technology.behaviour === undefined
      ? session.technology
      : enrichment.technologyOf(userAgent);
  const isOwn = (host: string) => ownHosts(host) || (hit.origin === 'tracker' && host === hit.host);
  const referrer = () => referrerOf(hit.referrer, isOwn);
  const inLog = hit.origin === 'log' ? campaignOfLog(hit) : {};
  // Within a session that new campaigns ended, there is none.
  const later = rules.cutOnNewCampaign ? undefined : inLog;
  return {
    visitor: device,
    userId,
    userAgent,
    addressPrefix,
    addressKey,
    country,
    region,
    city,
    language,
    screenWidth,
    technology,
    // Only asked where a session begins.
    acquisition() {
      if (number === 0) return session.acquisition;
      const acquisition = { ...referrer(), ...inLog };
      return withChannel(enrichment, { ...session, technology, acquisition }, hit);
    },
    campaign: number > 0 ? later : campaignOfFirst(hit, session.acquisition, referrer, inLog),
  };
}

/** As the line had it: URL rules may have dropped it. */
const campaignOfLog = (hit: SessionHit) =>
  splitRequestTarget(hit.targetBefore ?? targetText(hit)).campaign;

/** Trackers' hits are kept without their campaign, but the session has that of its first hit, or the referrer's name. */
function campaignOfFirst(
  hit: SessionHit,
  { source, medium, campaign }: Acquisition,
  referrer: () => ReferrerFacts,
  inLog: Campaign,
): Campaign {
  if (hit.origin === 'log') return inLog;
  return {
    ...(source === undefined || source === referrer().source ? {} : { source }),
    ...(medium === undefined || medium === referrer().medium ? {} : { medium }),
    ...(campaign === undefined ? {} : { campaign }),
  };
}
