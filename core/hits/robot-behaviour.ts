/** What a session does that no person does. Looked at when it has ended, each by a rule with a name. */
import type { RobotBehaviour, RobotBehaviourRules } from '../contract/hit-rules.ts';
import type { Session, SessionHit } from '../contract/session.ts';
import { isAsset } from './asset-path.ts';

/** Intervals that differ by no more than this share of their mean are the same. */
const spreadMax = 0.1;
/** Pages that load each other without a person come faster than this; that is no rhythm. */
const intervalMsMin = 1_000;

/** The rule by which a session of somebody who names a browser is a robot's; undefined for all others. */
export function behaviourOf(
  { technology, hits, origin }: Pick<Session, 'technology' | 'hits' | 'origin'>,
  rules: RobotBehaviourRules,
): RobotBehaviour | undefined {
  if (technology.robot !== undefined) return undefined;
  if (rules.robotsTxtFirst && hits[0]?.path === '/robots.txt') return 'robots.txt first';
  const { noAssetsPageViews, regularPageViews } = rules;
  if (noAssetsPageViews === 0 && regularPageViews === 0) return undefined;
  const pages = hits.filter((hit) => hit.type === 'page_view');
  const isLog = origin === 'log';
  if (noAssetsPageViews > 0 && isLog && pages.length >= noAssetsPageViews && !hasAsset(hits))
    return 'no assets';
  if (regularPageViews > 0 && pages.length >= regularPageViews && isRegular(pages))
    return 'regular intervals';
  return undefined;
}

const hasAsset = (hits: readonly SessionHit[]) =>
  hits.some(({ path }) => path !== '/robots.txt' && isAsset(path));

function isRegular(pages: readonly SessionHit[]): boolean {
  const intervals = pages.slice(1).map((page, index) => page.at - (pages[index]?.at ?? page.at));
  const mean = intervals.reduce((sum, interval) => sum + interval, 0) / intervals.length;
  if (mean < intervalMsMin) return false;
  return intervals.every((interval) => Math.abs(interval - mean) <= mean * spreadMax);
}
