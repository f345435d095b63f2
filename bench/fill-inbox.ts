/** Fills the inbox of a data folder as a collector does, with the traffic of the generated shop, before anything reads it. */
import { join } from 'node:path';
import { createLibsqlInbox } from '../collector-edge/inbox/libsql-inbox.ts';
import { parseHit } from '../collector-edge/intake/parse-hit.ts';
import { receiveHit } from '../collector-edge/intake/receive-hit.ts';
import { createVisitorKeys } from '../collector-edge/intake/visitor-key.ts';
import { openLibsqlFile } from '../core/stores/libsql-file.ts';
import { hitsMigrations } from '../core/stores/migrations/migrations.ts';
import { generateTraffic } from '../core/testing/seed.ts';

const hitsPerAppend = 1_000;
const sessionsPerDay = 120_000;

/** One hit and who sent it. */
export interface SentHit {
  atMs: number;
  address: string;
  userAgent: string;
  hit: unknown;
}

/** The hits of a busy shop's days, in the order of their arrival; the first ones are two days before `nowMs`. */
export function* shopHits(writeKey: string, nowMs: number, hitsMax: number): Generator<SentHit> {
  const traffic = { endMs: nowMs, days: 2, writeKey, sessionsPerDay, host: 'https://shop.example' };
  let hits = 0;
  for (const { atMs, address, userAgent, body } of generateTraffic(traffic)) {
    for (const hit of Array.isArray(body) ? body : [body]) {
      if (hits === hitsMax) return;
      hits += 1;
      yield { atMs, address, userAgent, hit };
    }
  }
}

/** @returns how many hits the inbox took */
export async function fillInbox(folder: string, slug: string, hits: Iterable<SentHit>) {
  const file = await openLibsqlFile(join(folder, 'hits.db'), hitsMigrations);
  const keys = createVisitorKeys();
  const dataset = { slug, writeKey: '', hosts: [], addressSecret: 'bench' };
  let nowMs = 0;
  const inbox = createLibsqlInbox({ client: file, clock: () => nowMs });
  let accepted = 0;
  let waiting: Awaited<ReturnType<typeof receiveHit>>[] = [];
  const append = async () => {
    const outcomes = await inbox.append(waiting);
    accepted += outcomes.filter((outcome) => outcome === 'accepted').length;
    waiting = [];
  };
  for (const { atMs, address, userAgent, hit } of hits) {
    nowMs = atMs;
    const prefix = address.replace(/\d+$/, '0');
    const facts = {
      address: { whole: address, prefix },
      userAgent,
      acceptLanguage: () => undefined,
      place: undefined,
      nowMs,
    };
    waiting.push(await receiveHit(parseHit(hit), dataset, facts, keys));
    if (waiting.length === hitsPerAppend) await append();
  }
  if (waiting.length > 0) await append();
  await inbox.flush();
  file.close();
  return accepted;
}
