/** A session in words: where it came from, what it was made with, why it ended. */
import { msg } from '@lit/localize';
import type {
  Acquisition,
  EndReason,
  HitOrigin,
  SessionHit,
  Technology,
} from '../../core/contract/session.ts';
import { noValue } from './number-format.ts';

export const endReasonTexts: Record<EndReason, string> = {
  idle: msg('No hit came for longer than the idle timeout.'),
  hits_limit: msg('It held as many hits as a session may.'),
  bytes_limit: msg('It held as many bytes as a session may.'),
  duration_limit: msg('It lasted as long as a session may.'),
  midnight: msg('The next hit came on another day.'),
  campaign: msg('The next hit came by another campaign.'),
  user_changed: msg('The next hit named another user.'),
  closed_by_page: msg('The page said that it was the last hit.'),
  closed_by_event: msg('An event closed it.'),
  ended_by_hand: msg('Somebody ended it by hand.'),
  memory: msg('There was no room left, and it had been idle for the longest time.'),
  end_of_log: msg('The log had no later line.'),
};

export const originTexts: Record<HitOrigin, string> = {
  tracker: msg('Collector'),
  log: msg('Web server log'),
};

export const hitTypeTexts: Record<SessionHit['type'], string> = {
  page_view: msg('Page view'),
  event: msg('Event'),
  steps: msg('Steps'),
  request: msg('Request'),
  web_vitals: msg('Web vitals'),
};

/** The source by its name or by the host of the referrer; undefined for a direct entry. */
export function sourceOf(from: Pick<Acquisition, 'source' | 'referrerHost'>): string | undefined {
  return from.source ?? from.referrerHost;
}

export function isRobot({ technology }: { technology: Technology }): boolean {
  return technology.device === 'robot' || technology.robot !== undefined;
}

/** Browser, system, device and country; a robot by its name. */
export function technologyOf({
  technology,
  country,
}: {
  technology: Technology;
  country?: string | undefined;
}): string {
  const { robot, browser, browserVersion, system, device } = technology;
  if (robot !== undefined) return robot;
  const named = [browser, browserVersion?.split('.')[0]].filter(Boolean).join(' ');
  const known = [named, system, device === 'unknown' ? '' : device, country].filter(Boolean);
  return known.join(' · ') || noValue;
}
