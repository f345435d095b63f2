/** The second factor: codes of an authenticator (TOTP), each good once, and recovery codes for when it is lost. */
import { randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import { hashOf } from './tokens.ts';

const periodSeconds = 30;
const secretBytes = 20;
const recoveryCodes = 10;
const recoveryBytes = 10;

const totpOf = (secret: string, label = '') =>
  new TOTP({ issuer: 'Canister', label, secret: Secret.fromBase32(secret), period: periodSeconds });

/** A new secret, and the address that authenticators read as a picture. */
export function newSecondFactor(email: string): { secret: string; url: string } {
  const secret = new Secret({ size: secretBytes }).base32;
  return { secret, url: totpOf(secret, email).toString() };
}

/**
 * The step of a code that is right now, and undefined otherwise. A step that was used is not good again, and neither
 * is the one before or after: clocks of telephones are right.
 */
export function stepOf(
  secret: string,
  code: string,
  nowMs: number,
  usedStep: number | undefined,
): number | undefined {
  const step = Math.floor(nowMs / 1_000 / periodSeconds);
  if (usedStep !== undefined && step <= usedStep) return undefined;
  const delta = totpOf(secret).validate({ token: code, timestamp: nowMs, window: 0 });
  return delta === null ? undefined : step;
}

/** Ten codes such as `k3m2a-…`, and what is kept of them. */
export function newRecoveryCodes(): { codes: string[]; hashes: string[] } {
  const codes = Array.from({ length: recoveryCodes }, () =>
    (
      new Secret({ buffer: new Uint8Array(randomBytes(recoveryBytes)).buffer }).base32.match(
        /.{4}/g,
      ) ?? []
    )
      .join('-')
      .toLowerCase(),
  );
  return { codes, hashes: codes.map(recoveryHash) };
}

/** However it was typed. */
export const recoveryHash = (code: string) => hashOf(code.toLowerCase().replace(/[^a-z0-9]/g, ''));
