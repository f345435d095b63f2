/**
 * Seals sessions: JSON, compressed, then AES-256-GCM. What a record is for (dataset, day, place in the segment) and
 * whose it is are bound in as associated data, so that a record moved elsewhere does not open.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { Problem } from '../contract/problem.ts';
import type { ClosedSession } from '../contract/session.ts';

const nonceBytes = 12;
const tagBytes = 16;
/** How much longer it becomes by being sealed. */
export const sealBytes = nonceBytes + tagBytes;
const noncesAtOnce = 1_024;
/** What is small is compressed with little memory: the compressor is cheap to set up then, which is most of its work. */
const compressionOfSmall = { level: 1, memLevel: 5, windowBits: 12, chunkSize: 4_096 };
const compressionOfLarge = { level: 1, memLevel: 8, windowBits: 15 };
const smallBytesMax = 8_192;
const inflatedBytesMax = 64 * 1024 * 1024;

/** Where a record lies; a sealed record opens only there. */
export interface Place {
  dataset: string;
  day: string;
  offset: number;
  sessionId: string;
}

/** @returns nonce, ciphertext and tag in one buffer */
export function seal(session: ClosedSession, key: Uint8Array, place: Place): Buffer {
  return sealPlain(Buffer.from(JSON.stringify(session)), key, place);
}

/** The same for a session that is JSON already, in UTF-8. */
export function sealPlain(json: Uint8Array, key: Uint8Array, place: Place): Buffer {
  return encrypt([compress(json)], key, associatedData(place));
}

/** @throws Problem `key_missing` when the key is not the one that sealed it or the record was changed or moved */
export function unseal(sealed: Buffer, key: Buffer, place: Place): ClosedSession {
  const json = unsealPlain(sealed, key, place);
  if (json === undefined) throw doesNotOpen(place);
  return JSON.parse(json.toString()) as ClosedSession;
}

/** The JSON of a sealed session; undefined when it does not open. */
export function unsealPlain(sealed: Buffer, key: Buffer, place: Place): Buffer | undefined {
  const plain = decrypt(sealed, key, associatedData(place));
  return plain && inflate(plain);
}

export const doesNotOpen = ({ sessionId, day }: Pick<Place, 'sessionId' | 'day'>) =>
  new Problem(
    'key_missing',
    `The stored session ${sessionId} of ${day} does not open: it was changed, or master.key is another one.`,
  );

/** Fast: for what is stored while hits come in. */
export const compress = (plain: Uint8Array): Buffer =>
  deflateRawSync(plain, plain.length > smallBytesMax ? compressionOfLarge : compressionOfSmall);

/** What `compress` was given. Bytes behind the compressed ones do not matter. */
export const inflate = (compressed: Uint8Array): Buffer =>
  inflateRawSync(compressed, { maxOutputLength: inflatedBytesMax });

/**
 * Takes a sealed record from one key to another; it stays as long as it was. Undefined when it does not open.
 * @param sealed without it a blank of `length` bytes is sealed
 */
export function reseal(
  sealed: Buffer | undefined,
  from: Buffer,
  to: Buffer,
  place: Place,
  length = 0,
): Buffer | undefined {
  const blank = () => Buffer.alloc(Math.max(0, length - sealBytes));
  const plain = sealed === undefined ? blank() : decrypt(sealed, from, associatedData(place));
  return plain && encrypt([plain], to, associatedData(place));
}

/** Wraps a data key under the master key; `label` is bound in. */
export function wrapKey(dataKey: Buffer, masterKey: Buffer, label: string): Buffer {
  return encrypt([dataKey], masterKey, Buffer.from(`key\0${label}`));
}

/** The data key, or undefined when the master key is not the one that wrapped it. */
export function unwrapKey(wrapped: Buffer, masterKey: Buffer, label: string): Buffer | undefined {
  return decrypt(wrapped, masterKey, Buffer.from(`key\0${label}`));
}

let nonces = Buffer.alloc(0);

/** A random nonce, taken from a supply: asking the system for each one costs more than the sealing. */
function nextNonce(): Buffer {
  if (nonces.length < nonceBytes) nonces = randomBytes(nonceBytes * noncesAtOnce);
  const nonce = nonces.subarray(0, nonceBytes);
  nonces = nonces.subarray(nonceBytes);
  return nonce;
}

/**
 * Encrypts parts as one, under a nonce of its own.
 * @param associated what the same bytes must be given with when they are decrypted
 * @returns nonce, ciphertext and tag in one buffer
 */
export function encrypt(
  parts: readonly Uint8Array[],
  key: Uint8Array,
  associated: Uint8Array,
): Buffer {
  const nonce = nextNonce();
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(associated);
  const body = parts.map((part) => cipher.update(part));
  cipher.final();
  return Buffer.concat([nonce, ...body, cipher.getAuthTag()]);
}

/** What was encrypted; undefined when key, bytes or associated data are others. */
export function decrypt(
  sealed: Buffer,
  key: Uint8Array,
  associated: Uint8Array,
): Buffer | undefined {
  if (sealed.length < sealBytes) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes)).setAAD(
    associated,
  );
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  try {
    // Of this cipher all plain text comes with the update; the end only checks the tag.
    const plain = decipher.update(sealed.subarray(nonceBytes, -tagBytes));
    decipher.final();
    return plain;
  } catch {
    // Node says no more than that the tag does not fit.
    return undefined;
  }
}

function associatedData({ dataset, day, offset, sessionId }: Place): Buffer {
  return Buffer.from(`session\0${dataset}\0${day}\0${offset}\0${sessionId}`);
}
