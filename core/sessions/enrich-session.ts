/** A stored session → the same by other hit rules: what a rebuild makes tables of, and what is read of it from then on. */
import type { ClosedSession, SessionHit, Technology } from '../contract/session.ts';
import { type Enrichment, targetText } from '../hits/enrichment.ts';
import type { HitHead } from '../hits/hit-condition.ts';
import { behaviourOf } from '../hits/robot-behaviour.ts';
import type { Target } from '../hits/url-rules.ts';
import { type AnyHit, allHits, timesOf, withHitsApart } from './excluded-hits.ts';

/** Where it begins and ends, and whose it is, stays as it is. */
export function enrichSession(session: ClosedSession, enrichment: Enrichment): ClosedSession {
  const technology = enrichment.technologyOf(session.userAgent);
  const placed = withPlace({ ...session, technology }, enrichment);
  const hits = allHits(session).map((hit) => enrichHit(hit, placed, enrichment));
  const [first] = hits;
  const { channel: _, ...acquisition } = session.acquisition;
  const head: HitHead = { ...placed, acquisition };
  const { excludedHits: __, rulesVersion: ___, ...rest } = placed;
  const apart = withHitsApart({
    ...rest,
    hits,
    acquisition: first
      ? { ...acquisition, channel: enrichment.channelOf(head, first) }
      : acquisition,
    ...(enrichment.rules.version > 0 ? { rulesVersion: enrichment.rules.version } : {}),
  });
  const counted = withoutFactsOf(apart);
  return withBehaviour(
    { ...counted, ...timesOf(counted), ...courseOf(session, counted) },
    enrichment,
  );
}

/** Marks a session that behaves as a robot does. */
export function withBehaviour<T extends Pick<ClosedSession, 'technology' | 'hits' | 'origin'>>(
  session: T,
  { rules }: Pick<Enrichment, 'rules'>,
): T {
  const behaviour = behaviourOf(session, rules.behaviour);
  if (behaviour === undefined) return session;
  const technology: Technology = {
    ...session.technology,
    robot: `by behaviour: ${behaviour}`,
    purpose: 'other',
    behaviour,
  };
  return { ...session, technology };
}

/** Fills in what is not known of the place. */
export function withPlace<T extends Pick<ClosedSession, 'country' | 'addressPrefix'>>(
  session: T,
  { placeOf }: Pick<Enrichment, 'placeOf'>,
): T {
  const { country, addressPrefix } = session;
  if (country !== undefined || addressPrefix === undefined) return session;
  return { ...session, ...placeOf(addressPrefix) };
}

function enrichHit(hit: AnyHit, session: ClosedSession, enrichment: Enrichment): AnyHit {
  const { excludedBy: _, behind: __, targetBefore, ...rest } = hit;
  const before = targetBefore === undefined ? hit : parseTarget(targetBefore);
  const change = hit.origin === 'log' ? enrichment.changeLogTarget : enrichment.changePage;
  const given: Target = { path: before.path, query: before.query };
  const target = change?.(given) ?? given;
  const changed: SessionHit = {
    ...rest,
    path: target.path,
    query: target.query,
    targetBefore: target === given ? undefined : targetText(given),
  };
  const head: HitHead = { ...session, acquisition: {} };
  const excludedBy = enrichment.exclusionOf?.(head, changed);
  return excludedBy === undefined ? changed : { ...changed, excludedBy };
}

function parseTarget(text: string): Target {
  const mark = text.indexOf('?');
  return mark < 0 ? { path: text } : { path: text.slice(0, mark), query: text.slice(mark + 1) };
}

/** What its events recorded by a hit that is excluded now is in no figure either. */
function withoutFactsOf(session: ClosedSession): ClosedSession {
  const { excludedHits, facts } = session;
  if (excludedHits === undefined || facts === undefined) return session;
  const excluded = new Set(excludedHits.map(({ id }) => id));
  return {
    ...session,
    facts: facts.filter(({ hitId }) => hitId === undefined || !excluded.has(hitId)),
  };
}

/** Places of hits mean nothing any more where there are more or fewer of them. */
function courseOf(before: ClosedSession, after: ClosedSession): Pick<ClosedSession, 'course'> {
  const { course } = before;
  if (course === undefined || before.hits.length === after.hits.length) return {};
  const { signedIn } = course;
  if (signedIn === undefined) return { course: undefined };
  const afterHits = Math.min(signedIn.afterHits, after.hits.length);
  return { course: { signedIn: { ...signedIn, afterHits } } };
}
