/**
 * Many rows of the inbox as one: the driver makes an object and a buffer of each row and each of its columns, which
 * costs more than the database does. So the database puts the bodies one behind the other, as bytes from end to end
 * (they are never a text outside of it), and beside them says what is where.
 */
import type { Row } from '@libsql/client';
import type { InboxRow } from '../sources/inbox-source.ts';

/**
 * The rows behind a position, at most so many. A row's line: position, time, bytes of its body (-1: it has none), 1
 * for a command, and the dataset, which is empty for a heartbeat. The order is that of the inner query.
 */
export const packedRowsSql = `SELECT
    group_concat(seq || ' ' || received_at || ' ' || coalesce(length(body), -1) || ' ' || is_command || ' ' || coalesce(hex(dataset), ''), char(10)) AS lines,
    CAST(group_concat(coalesce(body, x''), '') AS BLOB) AS bodies
  FROM (SELECT seq, dataset, received_at, body, hit_id IS NULL AND dataset IS NOT NULL AS is_command
    FROM hit_inbox WHERE seq > ? ORDER BY seq LIMIT ?)`;

/** @param row what `packedRowsSql` gives */
export function unpackRows(row: Row | undefined): InboxRow[] {
  if (row === undefined || row.lines === null) return [];
  const bodies = bytesOf(row.bodies);
  const names = new Map<string, string | undefined>([['', undefined]]);
  let end = 0;
  const rows = String(row.lines)
    .split('\n')
    .map((line): InboxRow => {
      const [seq, receivedAt, length, isCommand, dataset = ''] = line.split(' ');
      if (!names.has(dataset)) names.set(dataset, Buffer.from(dataset, 'hex').toString());
      const start = end;
      end += Math.max(0, Number(length));
      return {
        seq: Number(seq),
        dataset: names.get(dataset),
        receivedAt: Number(receivedAt),
        body: length === '-1' ? undefined : bodies.subarray(start, end),
        ...(isCommand === '1' ? { isCommand: true } : {}),
      };
    });
  if (end !== bodies.length)
    throw new Error(`the bodies of ${rows.length} rows have ${bodies.length} bytes, not ${end}`);
  return rows;
}

/** The driver gives bytes as a buffer, and its thread as a view of one. */
const bytesOf = (value: unknown) =>
  value instanceof Uint8Array ? value : new Uint8Array((value ?? []) as ArrayBuffer);
