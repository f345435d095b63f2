/** The link by which one recipient leaves one subscription: it names both, and nobody else can make it. */
import { createHmac, timingSafeEqual } from 'node:crypto';

export interface Unsubscription {
  subscriptionId: string;
  recipient: string;
}

/** Stands in a digest where the link of its recipient is put when it is sent. */
export const linkPlaceholder = (editionId: string) => `urn:canister:unsubscribe:${editionId}`;

/** `BASE64URL.BASE64URL`: what it is about, and its signature. */
export function unsubscribeToken(secret: string, about: Unsubscription): string {
  const named = Buffer.from(`${about.subscriptionId} ${about.recipient.toLowerCase()}`);
  return `${named.toString('base64url')}.${signature(secret, named).toString('base64url')}`;
}

/** What a token says it is about. Nothing of it is to be believed before `isSigned`. */
export function readToken(token: string): Unsubscription | undefined {
  const text = Buffer.from(token.split('.')[0] ?? '', 'base64url').toString();
  const [, subscriptionId, recipient] = /^([0-9a-f]{32}) (\S{3,254})$/.exec(text) ?? [];
  if (subscriptionId === undefined || recipient === undefined) return undefined;
  return { subscriptionId, recipient };
}

export function isSigned(token: string, secret: string): boolean {
  const [named = '', given = ''] = token.split('.');
  const right = signature(secret, Buffer.from(named, 'base64url'));
  const said = Buffer.from(given, 'base64url');
  return said.length === right.length && timingSafeEqual(said, right);
}

function signature(secret: string, named: Buffer): Buffer {
  return createHmac('sha256', secret).update('unsubscribe ').update(named).digest();
}
