/** The hit rules of a dataset, compiled: what is made of each of its hits, and of the head of its sessions. */
import { TestTable } from '../conditions/facts.ts';
import { type HitRules, usualHitRules } from '../contract/hit-rules.ts';
import type { Acquisition, SessionHit, Technology } from '../contract/session.ts';
import { channelOf } from './channel.ts';
import {
  channelFields,
  compileHitTest,
  exclusionFields,
  type HitHead,
  hitFacts,
} from './hit-condition.ts';
import { memo } from './memo.ts';
import { withoutTracking } from './page-url.ts';
import { type ChangeTarget, compileUrlRules, type Target } from './url-rules.ts';
import { technologyOf } from './user-agent.ts';

/** Where an address is, as far as a database says. */
export interface Place {
  country?: string;
  region?: string;
  city?: string;
}
/** @param addressPrefix an address that is cut already */
export type PlaceOf = (addressPrefix: string) => Place;

export interface Enrichment {
  readonly rules: HitRules;
  /** Undefined where path and query stay as they are. */
  changePage: ChangeTarget | undefined;
  /** The same for the target of a log line. */
  changeLogTarget: ChangeTarget | undefined;
  technologyOf(userAgent: string): Technology;
  placeOf: PlaceOf;
  /** @param hit the first of the session */
  channelOf(head: HitHead, hit: SessionHit): string;
  /** The name of the exclusion that leaves a hit out; undefined where there are none. */
  exclusionOf: ((head: HitHead, hit: SessionHit) => string | undefined) | undefined;
}

const agentsMax = 20_000;
const placesMax = 20_000;
const nowhere: Place = {};

/** @throws Problem `condition_invalid`, naming the rule */
export function compileEnrichment(
  rules: HitRules,
  options: { timeZone: string; placeOf?: PlaceOf | undefined },
): Enrichment {
  const table = new TestTable(options.timeZone);
  const channels = rules.channels.map(({ channel, condition }) => ({
    channel,
    holds: compileHitTest(condition, `the rule of the channel ${channel}`, channelFields, table),
  }));
  const exclusions = rules.exclusions.map(({ name, condition }) => ({
    name,
    holds: compileHitTest(condition, `the exclusion ${name}`, exclusionFields, table),
  }));
  const changePage = compileUrlRules(rules.urls);
  return {
    rules,
    changePage,
    changeLogTarget: rules.urls.dropTrackingInLogs ? trackingDropper(changePage) : changePage,
    technologyOf: rules.robots.length === 0 ? technologyOf : memo(ownRobots(rules), agentsMax),
    placeOf: options.placeOf === undefined ? () => nowhere : memo(options.placeOf, placesMax),
    channelOf(head, hit) {
      if (channels.length === 0) return channelOf(head.acquisition);
      const facts = hitFacts(table, head, hit);
      return channels.find(({ holds }) => holds(facts))?.channel ?? channelOf(head.acquisition);
    },
    exclusionOf:
      exclusions.length === 0
        ? undefined
        : (head, hit) => {
            const facts = hitFacts(table, head, hit);
            return exclusions.find(({ holds }) => holds(facts))?.name;
          },
  };
}

/** The usual rules, and no database of places. */
export const usualEnrichment: Enrichment = compileEnrichment(usualHitRules, { timeZone: 'UTC' });

function trackingDropper(changePage: ChangeTarget | undefined): ChangeTarget {
  return (target) => {
    const query = target.query === undefined ? undefined : withoutTracking(target.query);
    const bare = query === target.query ? target : withQuery(target, query);
    return changePage === undefined ? bare : changePage(bare);
  };
}

function withQuery<T extends Target>(target: T, query: string | undefined): T {
  const changed = { ...target };
  if (query === undefined) delete changed.query;
  else changed.query = query;
  return changed;
}

function ownRobots({ robots }: HitRules): (userAgent: string) => Technology {
  const own = robots.map(({ name, userAgentContains, purpose }) => ({
    part: userAgentContains.toLowerCase(),
    technology: { device: 'robot', robot: name, purpose } as const,
  }));
  return (userAgent) => {
    const text = userAgent.toLowerCase();
    return own.find(({ part }) => text.includes(part))?.technology ?? technologyOf(userAgent);
  };
}

/** Path and query as one text. */
export const targetText = ({ path, query }: Target): string =>
  query === undefined ? path : `${path}?${query}`;

/** The acquisition of a session with its channel. */
export function withChannel(
  enrichment: Enrichment,
  head: HitHead,
  hit: SessionHit,
): Acquisition & { channel: string } {
  return { ...head.acquisition, channel: enrichment.channelOf(head, hit) };
}
