/** Joins a hit with what the collector saw of its client, in the form that lies in the log. */
import type { DatasetEntry } from '../../core/contract/dataset.ts';
import { type Hit, hitLimits, type ReceivedHit } from '../../core/contract/hit.ts';
import type { InboxHit } from '../inbox/inbox.ts';
import type { ClientAddress } from './client-address.ts';
import { bytesOfHitId } from './hit-id.ts';
import { maskCaptured } from './masking.ts';
import { createTextBytes } from './text-bytes.ts';
import { saltPeriod, type VisitorKeys } from './visitor-key.ts';

/** What a request says of its client. The header is read only for hits that need it: most name their language. */
export interface ClientFacts {
  address: ClientAddress | undefined;
  userAgent: string;
  acceptLanguage: () => string | undefined;
  /** Where the client is, as far as the runtime knows. */
  place: ClientPlace | undefined;
  /** When the request came, epoch milliseconds. */
  nowMs: number;
}

export type ClientPlace = { [K in 'country' | 'region' | 'city']?: string | undefined };

const bytesOf = createTextBytes();

/**
 * Gives the hit as the inbox takes it, at once where the client's keys are known: nearly always. Of the address only
 * the cut form and a keyed hash go in.
 * @param hit consumed: it is turned into the form of the log instead of being copied
 * @param members of a plain hit, as it was sent
 */
export function receiveHit(
  hit: Hit,
  dataset: DatasetEntry,
  facts: ClientFacts,
  keys: VisitorKeys,
  members?: Uint8Array,
): InboxHit | Promise<InboxHit> {
  const { address } = facts;
  const userAgent = cut(facts.userAgent, hitLimits.userAgentLengthMax);
  const secret = dataset.addressSecret;
  const period = saltPeriod(facts.nowMs);
  const ofPeriod = (number: number) =>
    keys.ofClient(secret, address?.whole ?? '', userAgent, number);
  const visitor = hit.visitor ?? ofPeriod(period);
  // Whoever was here before the salt turned goes on in the same session: the core looks for both keys.
  const visitorBefore = hit.visitor === undefined ? ofPeriod(period - 1) : undefined;
  const addressKey = address && keys.ofAddress(secret, address.whole);
  const pack = (visitor: string, visitorBefore?: string, addressKey?: string) => {
    const client = { addressPrefix: address?.prefix, addressKey, userAgent, ...facts.place };
    return {
      dataset: dataset.slug,
      hitId: bytesOfHitId(hit.id),
      body:
        members === undefined || hit.language === ''
          ? packHit(hit, dataset, { visitor, visitorBefore }, client, facts)
          : packMembers(members, hit, { visitor, visitorBefore }, client, facts),
    };
  };
  if (
    typeof visitor === 'string' &&
    !(visitorBefore instanceof Promise) &&
    !(addressKey instanceof Promise)
  ) {
    return pack(visitor, visitorBefore, addressKey);
  }
  return Promise.all([visitor, visitorBefore, addressKey]).then((keys) => pack(...keys));
}

type Client = { [K in keyof ReceivedHit['client']]: ReceivedHit['client'][K] | undefined };

/** What the collector knows goes before what was sent, which holds none of it, and nothing that is masked. */
function packMembers(
  members: Uint8Array,
  hit: Hit,
  keys: { visitor: string; visitorBefore: string | undefined },
  client: Client,
  facts: ClientFacts,
): Uint8Array {
  let known = `{"client":${JSON.stringify(client)},`;
  if (hit.visitor === undefined) known += `"visitor":"${keys.visitor}",`;
  if (keys.visitorBefore !== undefined) known += `"visitorBefore":"${keys.visitorBefore}",`;
  const language = hit.language === undefined && firstLanguage(facts.acceptLanguage());
  if (language) known += `"language":"${language}",`;
  return bytesOf(known, members);
}

/** JSON leaves out what is undefined: also the write key, which is no one's business any more. */
function packHit(
  hit: Hit,
  dataset: DatasetEntry,
  keys: { visitor: string; visitorBefore: string | undefined },
  client: Client,
  facts: ClientFacts,
): Uint8Array {
  maskCaptured(hit, dataset.maskedNames);
  const received: Omit<Hit, 'dataset'> & {
    dataset?: string | undefined;
    visitorBefore?: string | undefined;
    client?: Client;
  } = hit;
  received.dataset = undefined;
  received.visitor = keys.visitor;
  received.visitorBefore = keys.visitorBefore;
  received.client = client;
  if (!received.language) {
    const language = firstLanguage(facts.acceptLanguage());
    if (language) received.language = language;
  }
  return bytesOf(JSON.stringify(received));
}

/** `de-CH` of `de-CH,de;q=0.9,en;q=0.8`. */
function firstLanguage(acceptLanguage: string | undefined): string | undefined {
  if (acceptLanguage === undefined) return undefined;
  const first = /^\s*([a-z0-9-]+)/i.exec(acceptLanguage)?.[1];
  return first && cut(first, hitLimits.languageLengthMax);
}

/** Cuts a text, not within a surrogate pair. */
function cut(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text;
  const end = text.slice(0, lengthMax);
  return end.replace(/[\ud800-\udbff]$/, '');
}
