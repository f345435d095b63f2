/** Reads the bytes of a request, never more than it may have. */
import { Problem } from '../../core/contract/problem.ts';

/**
 * Gives the whole body.
 * @param bytesMax the greatest size; a larger body is refused by its announced length, or while it comes in
 * @throws Problem `encoding_unsupported`, `body_too_large` or `body_unreadable`
 */
export async function readBody(request: Request, bytesMax: number): Promise<Uint8Array> {
  const encoding = request.headers.get('content-encoding');
  if (encoding !== null && encoding.toLowerCase() !== 'identity') {
    throw new Problem(
      'encoding_unsupported',
      'Send the body as it is, without Content-Encoding: it is small.',
    );
  }
  const announced = request.headers.get('content-length');
  if (announced === null) return readStream(request.body, bytesMax);
  if (Number(announced) > bytesMax) throw tooLarge(bytesMax);
  // The runtime ends a body at its announced length, so this one is short.
  const bytes = await request.arrayBuffer().catch(unreadable);
  if (bytes.byteLength > bytesMax) throw tooLarge(bytesMax);
  return new Uint8Array(bytes);
}

async function readStream(
  stream: ReadableStream<Uint8Array> | null,
  bytesMax: number,
): Promise<Uint8Array> {
  if (stream === null) return new Uint8Array();
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(unreadable);
    if (done) break;
    length += value.byteLength;
    if (length > bytesMax) {
      reader.cancel().catch(() => {});
      throw tooLarge(bytesMax);
    }
    chunks.push(value);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

function tooLarge(bytesMax: number): Problem {
  return new Problem(
    'body_too_large',
    `A body may have ${bytesMax} bytes. Send the hits in several requests.`,
  );
}

function unreadable(cause: unknown): never {
  throw new Problem('body_unreadable', 'The body ended early or could not be read.', { cause });
}
