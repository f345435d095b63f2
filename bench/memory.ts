/**
 * What active sessions take in memory, and that a million of them under a limit spool without loss. The first figure
 * is measured on the real sessionizer, short-term canister and standard events in this process, after a collection of
 * garbage; its baseline is the bytes of the same hits as they came. The second part takes minutes and says on stderr
 * how far it is.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ShortTermCanister } from '../core/canisters/short-term.ts';
import type { ReceivedHit } from '../core/contract/hit.ts';
import { compileEventSet } from '../core/events/compile.ts';
import { standardEventSet } from '../core/events/standard-events.ts';
import { normalizeHit } from '../core/hits/normalize-hit.ts';
import { closePolicy } from '../core/sessions/close-policy.ts';
import { Sessionizer } from '../core/sessions/sessionizer.ts';
import { fillInbox, type SentHit } from './fill-inbox.ts';
import { askSql, createDataset, pause, startProduct } from './product.ts';

const hitsPerSession = 5;
const pollMs = 100;
const pollsPerWord = 50;
const say = (text: string) => process.stderr.write(`${text}\n`);
const paths = ['/', '/products/blue-shoes', '/products/1204?size=42', '/cart', '/checkout/address'];
const userAgents = Array.from(
  { length: 40 },
  (_, index) =>
    `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/1${index + 10}.0.0.0 Safari/537.36`,
);

export interface MemoryResult {
  sessions: number;
  bytesPerSession: number;
  /** The bodies of the same hits in the inbox. */
  bytesOfHitsPerSession: number;
  /** The server with more active sessions than may be: they spool, and none is lost. */
  spool: {
    hits: number;
    bytesMax: number;
    memoryMbMax: number;
    evictedSessions: number;
    lost: number;
    twice: number;
  };
}

/** `BENCH_SESSIONS` (100,000) are held in memory here, `BENCH_VISITORS` (1,000,000) come to the server. */
export async function memory(): Promise<MemoryResult> {
  const sessions = Number(process.env.BENCH_SESSIONS ?? 100_000);
  const collectGarbage = garbageCollector();
  const canister = new ShortTermCanister();
  const events = compileEventSet(standardEventSet, { timeZone: 'UTC' });
  const sessionizer = new Sessionizer({
    dataset: 'bench',
    canister,
    policy: closePolicy(1_800_000, {
      timeZone: 'UTC',
      cutAtMidnight: false,
      cutOnNewCampaign: false,
    }),
    userKey: (userId) => `u:${userId}`,
    eventSet: () => events,
    ended() {
      throw new Error('no session should end here');
    },
  });
  const nowMs = Date.now();
  let hitBytes = 0;
  collectGarbage();
  const before = heldBytes();
  for (let number = 0; number < sessions * hitsPerSession; number += 1) {
    const text = JSON.stringify(hitOf(number % sessions, Math.floor(number / sessions), nowMs));
    // Parsed as the engine parses it: its texts are its own and shared with no other hit.
    const received = JSON.parse(text) as ReceivedHit;
    const normalized = normalizeHit(received, nowMs + number, () => false);
    hitBytes += text.length;
    sessionizer.take({
      ...normalized,
      arrivedAt: nowMs + number / 1_000,
      seq: number + 1,
      bytes: text.length,
    });
  }
  collectGarbage();
  const held = heldBytes() - before;
  if (canister.size !== sessions) throw new Error(`${canister.size} sessions are open`);
  return {
    sessions,
    bytesPerSession: Math.round(held / sessions),
    bytesOfHitsPerSession: Math.round(hitBytes / sessions),
    spool: await spool(),
  };
}

function hitOf(session: number, hit: number, nowMs: number): ReceivedHit {
  const id = `${session.toString(16).padStart(24, '0')}${hit.toString(16).padStart(8, '0')}`;
  const dashed = `${id.slice(0, 8)}-${id.slice(8, 12)}-7${id.slice(13, 16)}-8${id.slice(17, 20)}-${id.slice(20)}`;
  return {
    id: dashed,
    type: 'page_view',
    visitor: `v${session.toString(16).padStart(31, '0')}`,
    url: `https://shop.example${paths[hit % paths.length]}`,
    referrer: hit === 0 ? 'https://search.example/?q=shoes' : 'https://shop.example/',
    title: `Page ${hit} of the shop – blue shoes`,
    at: nowMs,
    sentAt: nowMs,
    number: hit,
    language: 'de-CH',
    screenWidth: 1_920,
    client: {
      addressPrefix: `203.0.${session % 250}.0`,
      addressKey: (session * 7_919).toString(16).padStart(32, '0'),
      userAgent: userAgents[session % userAgents.length] ?? '',
    },
  };
}

async function spool(): Promise<MemoryResult['spool']> {
  const visitors = Number(process.env.BENCH_VISITORS ?? 1_000_000);
  const bytesMax = 512 * 1024 * 1024;
  const folder = mkdtempSync(join(tmpdir(), 'canister-bench-'));
  try {
    const dataset = createDataset(folder);
    const nowMs = Date.now();
    const hits = await fillInbox(folder, 'bench', oneHitEach(dataset, visitors, nowMs));
    say(`${hits} hits lie in the inbox`);
    const product = await startProduct(folder, { CANISTER_ACTIVE_BYTES_MAX: String(bytesMax) });
    let status = await product.status();
    for (let polls = 1; status.waitingHits > 0; polls += 1) {
      await pause(pollMs);
      status = await product.status();
      if (polls % pollsPerWord !== 0) continue;
      const { evictedSessions: evicted } = status.shortTerm;
      say(`${status.waitingHits} hits wait, ${evicted} sessions were evicted`);
    }
    const memoryMbMax = product.memoryMbMax();
    const { evictedSessions } = status.shortTerm;
    const active = status.datasets[0]?.activeSessions ?? 0;
    await product.stop();
    const [row] = askSql(
      folder,
      'SELECT count(*)::INTEGER AS hits, count(DISTINCT hit_id)::INTEGER AS ids FROM hits',
    ) as { hits: number; ids: number }[];
    const { hits: stored = 0, ids = 0 } = row ?? {};
    // One hit a session: what is still active is in the inbox and in memory.
    return {
      hits,
      bytesMax,
      memoryMbMax,
      evictedSessions,
      lost: hits - ids - active,
      twice: stored - ids,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** All within twenty minutes: no session ends for having been idle. */
function* oneHitEach(dataset: string, visitors: number, nowMs: number): Generator<SentHit> {
  const spanMs = 20 * 60_000;
  for (let visitor = 0; visitor < visitors; visitor += 1) {
    const atMs = nowMs - spanMs + Math.floor((visitor / visitors) * spanMs);
    const { client, ...hit } = hitOf(visitor, 0, atMs);
    yield {
      atMs,
      address: `203.0.${visitor % 250}.${(visitor >> 8) % 250}`,
      userAgent: client.userAgent,
      hit: { ...hit, dataset },
    };
  }
}

function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  return () => {
    collect();
    collect();
  };
}

function heldBytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
