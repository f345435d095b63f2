/**
 * Several connections that read the same moment of the tables. One COPY leaves a core idle at its end; two at once do
 * not, and each waits for the disk while the other works.
 */
import type { DuckDBConnection } from '@duckdb/node-api';

export interface Moment {
  connections: readonly DuckDBConnection[];
  /** The last batch that all of them see. */
  epoch: number;
  /** Ends their transactions and closes them. */
  end(): Promise<void>;
}

/**
 * Begins a transaction that only reads on up to `count` new connections, and on one at least. Every change of the
 * tables moves the epoch in its own transaction, so those with the same epoch see the same rows; one that began after
 * a change is not used.
 */
export async function beginMoment(
  connect: () => Promise<DuckDBConnection>,
  count: number,
): Promise<Moment> {
  const connections: DuckDBConnection[] = [];
  const end = async () => {
    for (const connection of connections) {
      // One that failed has no transaction to end. It only read, and it is closed either way.
      await connection.run('ROLLBACK').catch(() => undefined);
      connection.closeSync();
    }
  };
  try {
    const epoch = await begin(await connect(), connections);
    while (connections.length < count) {
      if ((await begin(await connect(), connections)) === epoch) continue;
      const late = connections.pop();
      await late?.run('ROLLBACK');
      late?.closeSync();
      break;
    }
    return { connections, epoch, end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** A transaction sees what it sees from its first look on, not from its BEGIN. */
async function begin(connection: DuckDBConnection, open: DuckDBConnection[]): Promise<number> {
  open.push(connection);
  await connection.run('BEGIN TRANSACTION READ ONLY');
  const result = await connection.runAndReadAll('SELECT epoch FROM store.position');
  return Number(result.getRows()[0]?.[0]);
}
