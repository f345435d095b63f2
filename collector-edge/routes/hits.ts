/** `POST /hits`: one hit or an array of hits. Answers 2xx only when all good hits are durable. */
import { hitLimits } from '../../core/contract/hit.ts';
import { Problem } from '../../core/contract/problem.ts';
import { parseJson } from '../intake/parse-json.ts';
import { type PlainHit, plainHitOf } from '../intake/plain-hit.ts';
import type { ClientFacts } from '../intake/receive-hit.ts';
import { admit, type Intake, refuseAll, type TakenHits, takeHits } from '../intake/take-hits.ts';
import { type Answer, describeRefusal, openToAll, problemAnswer, refusedCodes } from './answers.ts';

const acceptedHeaders = { ...openToAll, 'Content-Type': 'application/json' };

/**
 * Takes the hits of one request, and answers it.
 * @param readBody gives the bytes; throws the Problem why not
 */
export type PostHits = (facts: ClientFacts, readBody: () => Promise<Uint8Array>) => Promise<Answer>;

/** Makes what answers. Any content type will do: a beacon of plain text needs no preflight. */
export function createPostHits(intake: Intake): PostHits {
  return async (facts, readBody) => {
    let values: unknown[];
    let plain: PlainHit | undefined;
    try {
      admit(intake, facts);
    } catch (problem) {
      if (problem instanceof Problem) return problemAnswer(problem);
      throw problem;
    }
    try {
      const body = await readBody();
      plain = plainHitOf(body);
      values = plain === undefined ? listOf(parseJson(body)) : [plain.hit];
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      refuseAll(intake.inbox, 1, problem.code);
      return problemAnswer(problem);
    }
    if (values.length > hitLimits.hitsPerRequestMax) {
      refuseAll(intake.inbox, values.length, 'hits_too_many');
      const detail = `One request may bring ${hitLimits.hitsPerRequestMax} hits. Send the rest in further requests.`;
      return problemAnswer(new Problem('hits_too_many', detail));
    }
    try {
      return answer(await takeHits(intake, values, facts, plain), values.length);
    } catch (problem) {
      if (problem instanceof Problem) return problemAnswer(problem);
      throw problem;
    }
  };
}

function listOf(value: unknown): unknown[] {
  if (!Array.isArray(value)) return [value];
  if (value.length === 0) throw new Problem('hit_invalid', 'The array holds no hit.');
  return value;
}

function answer({ accepted, refused }: TakenHits, sent: number): Answer {
  if (refused.length === 0) {
    return { status: 202, headers: acceptedHeaders, body: `{"accepted":${accepted}}` };
  }
  const errors = refused.filter(({ problem }) => problem.code !== 'host_not_allowed');
  const first = errors[0];
  if (errors.length === sent && first) {
    return problemAnswer(first.problem, sent > 1 ? errors : []);
  }
  return {
    status: 202,
    headers: { ...acceptedHeaders, 'X-Canister-Refused': refusedCodes(refused) },
    body: JSON.stringify({ accepted, refused: refused.map(describeRefusal) }),
  };
}
