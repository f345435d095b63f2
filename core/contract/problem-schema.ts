/** A problem as a schema, for the API's description. Apart from problem.ts, which also runs where every kilobyte counts. */
import { z } from 'zod';
import { type ProblemCode, problemCodes } from './problem.ts';

const codes = Object.keys(problemCodes) as [ProblemCode, ...ProblemCode[]];

export const problemSchema = z.object({
  type: z.string(),
  code: z.enum(codes),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
});
