/** Statements whose time depends on what somebody asks: each on a connection of its own, stopped at a deadline. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { Problem } from '../contract/problem.ts';

/** @throws Problem `search_too_slow` */
export async function stopAtDeadline<T>(
  connect: () => Promise<DuckDBConnection>,
  deadlineMs: number,
  work: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  const connection = await connect();
  let isLate = false;
  const deadline = setTimeout(() => {
    isLate = true;
    connection.interrupt();
  }, deadlineMs);
  try {
    return await work(connection);
  } catch (error) {
    if (!isLate) throw error;
    throw new Problem(
      'search_too_slow',
      `The search was stopped after ${deadlineMs / 1000} s. Name fewer days with from and to, or ask for less.`,
    );
  } finally {
    clearTimeout(deadline);
    connection.closeSync();
  }
}
