/** How the command line says what went wrong, and what it does when nobody reads its output any more. */
import { Problem } from '../core/contract/problem.ts';

/** `ENOENT: no such file or directory, open '/x'`, as Node puts it. */
const systemSentence = /^[A-Z0-9_]+: ([^,]+), \w+/;

/**
 * A sentence for a problem or for what the system refused (a file that cannot be written), without the lines of the
 * program. Anything else is a fault of the program: with them, so that it can be reported.
 */
export function sayError(error: unknown): string {
  if (error instanceof Problem) return error.message;
  if (!(error instanceof Error)) return String(error);
  const { code, path } = error as NodeJS.ErrnoException;
  const said = systemSentence.exec(error.message)?.[1];
  if (code !== undefined && path !== undefined && said !== undefined)
    return `${path}: ${said} (${code}).`;
  return error.stack ?? error.message;
}

/**
 * Lets a stream end before the program does, as `| head` does with stdout: what is written from then on is dropped,
 * and work goes on to its end. Whatever else keeps a result from being written fails the command.
 */
export function surviveClosed(stream: NodeJS.WriteStream, fail: (why: string) => void): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    const said = systemSentence.exec(error.message)?.[1] ?? error.message;
    fail(`The result cannot be written: ${said} (${error.code}).`);
  });
}
