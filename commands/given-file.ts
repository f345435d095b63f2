/** Files that are named on a command line. What cannot be read is told with the name of the file. */
import { readFileSync, statSync } from 'node:fs';
import { Problem, type ProblemCode } from '../core/contract/problem.ts';

export interface FileLimit {
  bytesMax: number;
  refuse: (bytes: number) => Problem;
}

/** @throws Problem `file_missing`, and what the limit refuses with */
export function readGiven(file: string, limit?: FileLimit): Buffer {
  try {
    if (limit) {
      const { size } = statSync(file);
      if (size > limit.bytesMax) throw limit.refuse(size);
    }
    return readFileSync(file);
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem('file_missing', `${file} cannot be read: ${(error as Error).message}`);
  }
}

/** @throws Problem `file_missing` */
export const readGivenText = (file: string) => readGiven(file).toString('utf8');

/** @throws Problem `file_missing`, the code of what is no JSON, and what the limit refuses with */
export function readGivenJson(
  file: string,
  limit?: FileLimit,
  code: ProblemCode = 'request_invalid',
): unknown {
  const text = readGiven(file, limit).toString('utf8');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Problem(code, `${file} is not JSON: ${(error as Error).message}`);
  }
}
