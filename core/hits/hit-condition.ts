/** Conditions of hit rules: those that can be asked of a hit by itself, when it comes and when tables are made anew. */
import { checkCondition } from '../conditions/check-condition.ts';
import { compileVerdict } from '../conditions/compile-predicate.ts';
import { Facts, type TestTable } from '../conditions/facts.ts';
import { type FieldName, findField } from '../conditions/fields.ts';
import { parseCondition } from '../conditions/parse.ts';
import { placeIn } from '../conditions/place.ts';
import type { Condition } from '../contract/condition.ts';
import { Problem } from '../contract/problem.ts';
import type { Session, SessionHit } from '../contract/session.ts';

/** What is known of a session when its hit comes. */
export type HitHead = Pick<
  Session,
  | 'origin'
  | 'userAgent'
  | 'addressPrefix'
  | 'addressKey'
  | 'country'
  | 'region'
  | 'city'
  | 'language'
  | 'screenWidth'
  | 'technology'
  | 'acquisition'
>;

/** Fields of the hit itself and of what sent it: they are the same whenever the hit is looked at. */
export const exclusionFields: ReadonlySet<FieldName> = new Set([
  'request.method',
  'request.host',
  'request.path',
  'request.query',
  'request.query.NAME',
  'site_search',
  'request.protocol',
  'request.referrer',
  'request.header.NAME',
  'response.status',
  'response.bytes',
  'response.duration',
  'page.title',
  'hit.type',
  'custom.name',
  'property.NAME',
  'session.origin',
  'robot',
  'robot.name',
  'robot.purpose',
  'browser',
  'browser.version',
  'system',
  'device.type',
  'user_agent',
  'country',
  'region',
  'city',
  'language',
  'screen.width',
  'address.prefix',
  'address.key',
]);

/** What a channel can be told by: where the session came from, and its first hit. */
export const channelFields: ReadonlySet<FieldName> = new Set([
  'referrer.host',
  'referrer.path',
  'source',
  'medium',
  'campaign',
  'term',
  'content',
  'click_id',
  'request.host',
  'request.path',
  'request.query',
  'request.query.NAME',
  'request.referrer',
  'session.origin',
  'country',
  'language',
  'device.type',
]);

export type HitTest = (facts: Facts) => boolean;

/**
 * What the tests of a table are asked of: made once for all rules of a hit, so that each test is answered once. Field by
 * field: an object that is spread and then added to takes a hundred times as long to make.
 */
export function hitFacts(table: TestTable, head: HitHead, hit: SessionHit): Facts {
  const session: Session = {
    id: '',
    dataset: '',
    visitor: '',
    startedAt: hit.at,
    endedAt: hit.at,
    origin: head.origin,
    userAgent: head.userAgent,
    addressPrefix: head.addressPrefix,
    addressKey: head.addressKey,
    country: head.country,
    region: head.region,
    city: head.city,
    language: head.language,
    screenWidth: head.screenWidth,
    technology: head.technology,
    acquisition: head.acquisition,
    hits: [hit],
  };
  return new Facts(table, { session, hit, hitNumber: 1 });
}

/**
 * @param what the rule in words, for the message
 * @throws Problem `condition_invalid`
 */
export function compileHitTest(
  text: string,
  what: string,
  fields: ReadonlySet<FieldName>,
  table: TestTable,
): HitTest {
  const condition = inRule(what, () => {
    const parsed = checkCondition(parseCondition(text, 'hit'), 'hit');
    refuseOthers(parsed, fields);
    return placeIn(parsed, 'hit');
  });
  return compileVerdict(condition, table);
}

function inRule<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new Problem(error.code, `In ${what}: ${error.message}`, { cause: error });
  }
}

function refuseOthers(condition: Condition, fields: ReadonlySet<FieldName>): void {
  if (condition.op === 'and' || condition.op === 'or') {
    for (const part of condition.of) refuseOthers(part, fields);
  } else if (condition.op === 'not') refuseOthers(condition.of, fields);
  else if ('field' in condition) {
    if (fields.has(findField(condition.field).name)) return;
    throw new Problem(
      'condition_invalid',
      `${condition.field} is not known here: hit rules look at the hit by itself. There are ${[...fields].join(', ')}.`,
    );
  } else {
    throw new Problem(
      'condition_invalid',
      'Events, labels, counts, and other hits of the session have no place in a hit rule: it looks at the hit by itself.',
    );
  }
}
