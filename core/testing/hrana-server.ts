/**
 * A remote libSQL database on loopback, for tests of whoever speaks to one: the pipeline of Hrana over HTTP, version 2
 * in JSON, on the embedded engine. It serves what the client's `batch` sends: stored texts, batches, closing.
 */
import { createServer, type IncomingMessage } from 'node:http';
import { type Client, createClient, type InStatement, type InValue } from '@libsql/client';

/** A value on the wire. */
type WireValue =
  | { type: 'null' }
  | { type: 'integer'; value: string }
  | { type: 'float'; value: number }
  | { type: 'text'; value: string }
  | { type: 'blob'; base64: string };

interface WireStatement {
  sql?: string;
  sql_id?: number;
  args?: WireValue[];
}

interface WireStep {
  stmt: WireStatement;
}

type WireRequest =
  | { type: 'close' }
  | { type: 'store_sql'; sql_id: number; sql: string }
  | { type: 'close_sql'; sql_id: number }
  | { type: 'batch'; batch: { steps: WireStep[] } };

export interface HranaServer {
  url: string;
  /** The same database from inside. */
  client: Client;
  /** What the next requests meet: `down` answers 503, `lose` does the work and cuts the line before the answer. */
  fault: 'down' | 'lose' | undefined;
  /** Batches that were committed. */
  batches: number;
  close(): Promise<void>;
}

/**
 * Opens `file` and serves it.
 * @param authToken asked of every request when given
 */
export async function startHranaServer(file: string, authToken?: string): Promise<HranaServer> {
  const client = createClient({ url: `file:${file}`, concurrency: 1 });
  const server = createServer(async (request, response) => {
    const authorized =
      authToken === undefined || request.headers.authorization === `Bearer ${authToken}`;
    if (!authorized || hrana.fault === 'down') {
      response.writeHead(authorized ? 503 : 401).end();
      return;
    }
    const { requests } = JSON.parse(await textOf(request)) as { requests: WireRequest[] };
    const answer = JSON.stringify({ baton: null, base_url: null, results: await runAll(requests) });
    if (hrana.fault === 'lose') response.destroy();
    else response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
  });
  const hrana: HranaServer = {
    url: '',
    client,
    fault: undefined,
    batches: 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        client.close();
      }),
  };

  async function runAll(requests: WireRequest[]): Promise<unknown[]> {
    const texts = new Map<number, string>();
    const results: unknown[] = [];
    for (const request of requests) {
      if (request.type === 'store_sql') texts.set(request.sql_id, request.sql);
      if (request.type === 'close_sql') texts.delete(request.sql_id);
      const result =
        request.type === 'batch' ? { result: await runBatch(request.batch.steps, texts) } : {};
      results.push({ type: 'ok', response: { type: request.type, ...result } });
    }
    return results;
  }

  /** The steps are BEGIN, statements that each need the one before, COMMIT, and ROLLBACK for when that failed. */
  async function runBatch(steps: WireStep[], texts: Map<number, string>): Promise<unknown> {
    const statements = steps.slice(1, -2).map(({ stmt }) => toStatement(stmt, texts));
    const mode = steps[0]?.stmt.sql === 'BEGIN IMMEDIATE' ? 'write' : 'read';
    const step_results: unknown[] = steps.map(() => null);
    const step_errors: unknown[] = steps.map(() => null);
    try {
      const results = await client.batch(statements, mode);
      hrana.batches += 1;
      step_results[0] = emptyResult;
      step_results[steps.length - 2] = emptyResult;
      results.forEach((result, index) => {
        step_results[index + 1] = {
          cols: result.columns.map((name) => ({ name })),
          rows: result.rows.map((row) => result.columns.map((_, column) => toWire(row[column]))),
          affected_row_count: result.rowsAffected,
        };
      });
    } catch (error) {
      const {
        message,
        code,
        statementIndex = 0,
      } = error as {
        message: string;
        code?: string;
        statementIndex?: number;
      };
      step_results[0] = emptyResult;
      step_errors[statementIndex + 1] = { message, code };
    }
    return { step_results, step_errors };
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port was given');
  hrana.url = `http://127.0.0.1:${address.port}`;
  return hrana;
}

const emptyResult = { cols: [], rows: [], affected_row_count: 0 };

function toStatement(statement: WireStatement, texts: Map<number, string>): InStatement {
  const sql = statement.sql ?? texts.get(statement.sql_id ?? -1);
  if (sql === undefined) throw new Error('a statement names a text that was not stored');
  return { sql, args: (statement.args ?? []).map(fromWire) };
}

function fromWire(value: WireValue): InValue {
  switch (value.type) {
    case 'null':
      return null;
    case 'integer':
      return BigInt(value.value);
    case 'blob':
      return new Uint8Array(Buffer.from(value.base64, 'base64'));
    default:
      return value.value;
  }
}

function toWire(value: unknown): WireValue {
  if (value === null || value === undefined) return { type: 'null' };
  if (typeof value === 'bigint') return { type: 'integer', value: String(value) };
  if (typeof value === 'string') return { type: 'text', value };
  if (value instanceof ArrayBuffer) {
    // The wire form has no padding.
    return { type: 'blob', base64: Buffer.from(value).toString('base64').replace(/=+$/, '') };
  }
  const number = Number(value);
  if (Number.isSafeInteger(number)) return { type: 'integer', value: String(number) };
  return { type: 'float', value: number };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks).toString('utf8');
}
