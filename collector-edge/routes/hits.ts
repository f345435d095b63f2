/** `POST /hits`: one hit or an array of hits. Answers 2xx only when all good hits are durable. */
import type { Context } from 'hono';
import { hitLimits } from '../../core/contract/hit.ts';
import { Problem } from '../../core/contract/problem.ts';
import { parseJson } from '../intake/parse-json.ts';
import { readBody, wholeBodyOfRequest } from '../intake/read-body.ts';
import type { ClientFacts } from '../intake/receive-hit.ts';
import { admit, type Intake, refuseAll, type TakenHits, takeHits } from '../intake/take-hits.ts';
import { answerProblem, describeRefusal, openToAll, refusedCodes } from './answers.ts';

const acceptedHeaders = { ...openToAll, 'Content-Type': 'application/json' };

/** Makes the handler. Any content type will do: a beacon of plain text needs no preflight. */
export function postHits(
  intake: Intake,
  factsOf: (c: Context) => ClientFacts,
  wholeBody: (c: Context) => Promise<Uint8Array> = wholeBodyOfRequest,
) {
  return async (c: Context): Promise<Response> => {
    const facts = factsOf(c);
    let values: unknown[];
    try {
      admit(intake, facts);
    } catch (problem) {
      if (problem instanceof Problem) return answerProblem(problem);
      throw problem;
    }
    try {
      values = listOf(parseJson(await readBody(c, hitLimits.bodyBytesMax, wholeBody)));
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      refuseAll(intake.inbox, 1, problem.code);
      return answerProblem(problem);
    }
    if (values.length > hitLimits.hitsPerRequestMax) {
      refuseAll(intake.inbox, values.length, 'hits_too_many');
      const detail = `One request may bring ${hitLimits.hitsPerRequestMax} hits. Send the rest in further requests.`;
      return answerProblem(new Problem('hits_too_many', detail));
    }
    try {
      return answer(await takeHits(intake, values, facts), values.length);
    } catch (problem) {
      if (problem instanceof Problem) return answerProblem(problem);
      throw problem;
    }
  };
}

function listOf(value: unknown): unknown[] {
  if (!Array.isArray(value)) return [value];
  if (value.length === 0) throw new Problem('hit_invalid', 'The array holds no hit.');
  return value;
}

function answer({ accepted, refused }: TakenHits, sent: number): Response {
  if (refused.length === 0) {
    return new Response(`{"accepted":${accepted}}`, { status: 202, headers: acceptedHeaders });
  }
  const errors = refused.filter(({ problem }) => problem.code !== 'host_not_allowed');
  const first = errors[0];
  if (errors.length === sent && first) {
    return answerProblem(first.problem, {}, sent > 1 ? errors : []);
  }
  return new Response(JSON.stringify({ accepted, refused: refused.map(describeRefusal) }), {
    status: 202,
    headers: { ...acceptedHeaders, 'X-Canister-Refused': refusedCodes(refused) },
  });
}
