/** A file over HTTP, whole or from where a download broke off: Range, If-Range, If-None-Match and HEAD (RFC 9110). */
import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { Context } from 'hono';

export interface SentFile {
  path: string;
  contentType: string;
  /** Of the content: the same for the same bytes only. */
  sha256: string;
  /** Makes it a download of this name. */
  name?: string;
}

/**
 * From here on the file may be removed: what was opened is read to its end.
 * @throws what `open` throws where the file is gone
 */
export async function sendFile(c: Context, file: SentFile): Promise<Response> {
  const opened = await open(file.path);
  const answer = await answerOf(c, file, opened).catch(async (error) => {
    await opened.close();
    throw error;
  });
  if (answer.body === null) await opened.close();
  return answer;
}

async function answerOf(c: Context, file: SentFile, opened: FileHandle): Promise<Response> {
  const { size } = await opened.stat();
  const etag = `"${file.sha256}"`;
  const headers = new Headers({
    'Accept-Ranges': 'bytes',
    'Content-Type': file.contentType,
    ETag: etag,
    'X-Content-Type-Options': 'nosniff',
    // With its ETag it may be kept; whether it may still be read is asked each time.
    'Cache-Control': 'private, no-cache',
  });
  if (file.name !== undefined)
    headers.set('Content-Disposition', `attachment; filename="${file.name}"`);
  if (c.req.header('if-none-match') === etag) return new Response(null, { status: 304, headers });
  const range = wantedRange(c, etag, size);
  if (range === 'unsatisfiable') {
    headers.set('Content-Range', `bytes */${size}`);
    return new Response(null, { status: 416, headers });
  }
  const { start, end } = range ?? { start: 0, end: size - 1 };
  headers.set('Content-Length', String(end - start + 1));
  if (range !== undefined) headers.set('Content-Range', `bytes ${start}-${end}/${size}`);
  const status = range === undefined ? 200 : 206;
  if (c.req.method === 'HEAD' || size === 0) return new Response(null, { status, headers });
  const stream = opened.createReadStream({ start, end });
  return new Response(Readable.toWeb(stream) as ReadableStream, { status, headers });
}

/** The one range that was asked for; undefined for the whole file, also where the file is another by now. */
function wantedRange(
  c: Context,
  etag: string,
  size: number,
): { start: number; end: number } | 'unsatisfiable' | undefined {
  const ifRange = c.req.header('if-range');
  if (ifRange !== undefined && ifRange !== etag) return undefined;
  // Several ranges at once may be answered by the whole file.
  const asked = /^bytes=(\d{0,15})-(\d{0,15})$/.exec((c.req.header('range') ?? '').trim());
  const [, first = '', last = ''] = asked ?? [];
  if (asked === null || (first === '' && last === '')) return undefined;
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && Number(last) < start) return undefined;
  return start >= size ? 'unsatisfiable' : { start, end };
}
