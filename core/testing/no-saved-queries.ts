/** What reports ask of saved queries, where there is none. */
import { Problem } from '../contract/problem.ts';

const unknown = async () => {
  throw new Problem('query_unknown', 'There is no saved query here.');
};

export const noSavedQueries = { sql: { answer: unknown }, savedQueries: { get: unknown } };
