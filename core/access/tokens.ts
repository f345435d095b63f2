/** Secrets that are handed out once and kept as their hash only: sign-ins, links, API keys. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const tokenBytes = 32;
const idBytes = 9;

/** 256 bits that nobody guesses, so a plain hash keeps them. */
export const newToken = (prefix = '') =>
  `${prefix}${randomBytes(tokenBytes).toString('base64url')}`;

/** Of letters and digits: an id that began with `-` would be an option to the command line. */
export const newId = () => randomBytes(idBytes).toString('hex');

export const hashOf = (token: string) => createHash('sha256').update(token).digest('base64url');

/** In a time that does not depend on where they differ. */
export const isSame = (one: string, other: string) =>
  timingSafeEqual(Buffer.from(hashOf(one)), Buffer.from(hashOf(other)));
