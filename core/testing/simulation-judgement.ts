/**
 * Judges a history by what was sent and when it arrived, with rules that are written here once more: every
 * acknowledged hit is stored once or, when nobody can use it, set aside; the sessions of a device share out its hits
 * in order, and each ends and begins for a reason that holds.
 */
import type { StoredSession } from '../analytics/rows.ts';
import { wasSetBack } from '../contract/receipt-time.ts';
import { datasetDisk, type MemoryDisk, type MemoryTables } from '../stores/memory-disk.ts';
import { continuesCell, tableTexts } from '../stores/memory-stores.ts';
import { hourMs, type Pending, simulatedDatasets, simulatedLimits } from './simulated-traffic.ts';

/** A hit as a collector committed it. */
export interface Sent extends Pending {
  seq: number;
  arrivedAt: number;
  body: Uint8Array;
}

export interface History {
  disk: MemoryDisk;
  /** What the same inbox gave without a single fault. */
  withoutFaults: MemoryDisk;
  sent: ReadonlyMap<string, Sent>;
  acknowledged: ReadonlySet<string>;
  /** Nobody has to leave for want of room. */
  hasRoom: boolean;
  /** The tables must be those without faults. */
  isRepeatable: boolean;
}

export interface Verdict {
  stored: number;
  setAside: number;
  removed: number;
  endReasons: Map<string, number>;
  faults: string[];
}

export function judge(history: History): Verdict {
  const { disk, sent } = history;
  const faults: string[] = [];
  const endReasons = new Map<string, number>();
  let stored = 0;
  let removed = 0;
  for (const { slug } of simulatedDatasets) {
    const { committed } = datasetDisk(disk, slug);
    const all = [...committed.sessions, ...committed.removed];
    removed += committed.removed.length;
    for (const { session } of all) {
      stored += session.hits.length;
      endReasons.set(session.endReason, (endReasons.get(session.endReason) ?? 0) + 1);
    }
    faults.push(
      ...[...hitsOnce(history, slug, all), ...devices(history, slug, all)].map(
        (text) => `${slug}: ${text}`,
      ),
    );
    faults.push(...records(disk, slug));
    if (history.isRepeatable) faults.push(...unequal(history, slug));
  }
  faults.push(...setAsideOnce(history));
  const unknown = [...history.acknowledged].filter((id) => !sent.has(id)).length;
  if (unknown > 0) faults.push(`${unknown} acknowledged hits never came to the disk`);
  const good = [...sent.values()].filter(({ poison }) => poison === undefined).length;
  if (good !== stored) faults.push(`${good} good hits were accepted, ${stored} are stored`);
  const left = disk.inbox.filter(({ dataset }) => dataset !== undefined).length;
  if (left > 0) faults.push(`${left} rows are left in the inbox although all is stored`);
  return { stored, setAside: disk.setAside.size, removed, endReasons, faults };
}

const plain = (id: string) => id.replaceAll('-', '');

function* hitsOnce(
  { sent, acknowledged }: History,
  slug: string,
  sessions: readonly StoredSession[],
): Generator<string> {
  const found = new Map<string, number>();
  for (const { session } of sessions)
    for (const { id } of session.hits) found.set(id, (found.get(id) ?? 0) + 1);
  const isOurs = (id: string) => sent.get(id)?.slug === slug;
  const lost = [...acknowledged].filter(
    (id) => isOurs(id) && sent.get(id)?.poison === undefined && !found.has(plain(id)),
  );
  const twice = [...found.values()].filter((times) => times > 1);
  const known = new Set([...sent.keys()].filter(isOurs).map(plain));
  const strange = [...found.keys()].filter((id) => !known.has(id));
  if (lost.length > 0) yield `${lost.length} acknowledged hits are lost`;
  if (twice.length > 0) yield `${twice.length} hits count twice`;
  if (strange.length > 0) yield `${strange.length} hits were never sent`;
}

function* setAsideOnce({ disk, sent }: History): Generator<string> {
  const poison = [...sent.values()].filter((hit) => hit.poison !== undefined);
  const expected = new Set(poison.map(({ seq }) => seq));
  const wrong = [...disk.setAside.values()].filter(
    ({ seq, reason }) => !expected.has(seq) || !/^(fault: |url_invalid|id_invalid)/.test(reason),
  );
  if (wrong.length > 0) yield `${wrong.length} good hits were set aside`;
  if (disk.setAside.size < expected.size)
    yield `${expected.size - disk.setAside.size} hits that nobody can use were not set aside`;
}

/** Each row's place holds a record like it. */
function* records(disk: MemoryDisk, slug: string): Generator<string> {
  const { committed, segments } = datasetDisk(disk, slug);
  const orphans = committed.sessions.filter(
    ({ session, place }) =>
      JSON.stringify(segments.get(place.day)?.[place.offset]?.session) !== JSON.stringify(session),
  );
  if (orphans.length > 0) yield `${slug}: ${orphans.length} rows have no record like them`;
}

function* unequal({ disk, withoutFaults }: History, slug: string): Generator<string> {
  const { committed } = datasetDisk(disk, slug);
  const removed = removedIds(committed);
  const real = tableTexts(committed);
  const expected = tableTexts(datasetDisk(withoutFaults, slug).committed);
  const isLike = (text: string, index: number) =>
    text === expected[index] || isLikeButName(text, expected[index] ?? '[]', removed);
  if (real.length !== expected.length || !real.every(isLike))
    yield `${slug}: the tables are not those of a history without faults`;
}

const removedIds = ({ removed }: MemoryTables) => new Set(removed.map(({ session }) => session.id));

/** Who starts again after retention has removed a session cannot name it any more. */
function isLikeButName(real: string, expected: string, removed: ReadonlySet<string>): boolean {
  const [cells, wanted] = [JSON.parse(real), JSON.parse(expected)] as [unknown[], unknown[]];
  if (cells[continuesCell] !== null || !removed.has(String(wanted[continuesCell]))) return false;
  return JSON.stringify(wanted.with(continuesCell, null)) === real;
}

/** A session with what was sent of it, in the order of arrival. */
interface Part {
  stored: StoredSession;
  hits: Sent[];
}

/** The sessions of each device one after the other. */
function* devices(
  history: History,
  slug: string,
  sessions: readonly StoredSession[],
): Generator<string> {
  const partOf = new Map<string, Part>();
  for (const stored of sessions) {
    const part: Part = { stored, hits: [] };
    for (const { id } of stored.session.hits) partOf.set(id, part);
  }
  const byDevice = new Map<string, Part[]>();
  for (const hit of [...history.sent.values()].sort((a, b) => a.seq - b.seq)) {
    const part = partOf.get(plain(hit.id));
    if (hit.slug !== slug || part === undefined) continue;
    const parts = byDevice.get(hit.client) ?? [];
    byDevice.set(hit.client, parts);
    part.hits.push(hit);
    if (parts.at(-1) === part) continue;
    // A clock that goes back by more than a salt lives makes one client two, whose sessions lie side by side.
    if (parts.includes(part) && !hit.isCookieless) yield `a session of ${hit.client} is cut in two`;
    parts.push(part);
  }
  for (const [client, parts] of byDevice) {
    for (const [index, part] of parts.entries()) {
      const next = client.startsWith('v') ? parts[index + 1] : undefined;
      const why = wrongWithin(part, slug) ?? wrongEnd(part, next, history, slug);
      if (why !== undefined && client.startsWith('v')) yield `a session of ${client} ${why}`;
    }
  }
}

const rulesOf = (slug: string) => {
  const rules = simulatedDatasets.find((dataset) => dataset.slug === slug);
  if (rules === undefined) throw new Error(`there are no rules of ${slug}`);
  return rules;
};

const berlinDay = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Europe/Berlin',
  dateStyle: 'short',
});
const campaignOf = ({ path }: Sent) => path.split('?utm_source=')[1];
const userOf = (hits: readonly Sent[]) => hits.find(({ userId }) => userId !== undefined)?.userId;

/** Which rules would end the session of these hits before it takes the next one. */
function rulesBroken(hits: readonly Sent[], next: Sent, slug: string): Set<string> {
  const { idleTimeoutMs, cutAtMidnight, cutOnNewCampaign } = rulesOf(slug);
  const first = hits[0] ?? next;
  const last = hits.at(-1) ?? next;
  const broken = new Set<string>();
  const bytes = hits.reduce((sum, { body }) => sum + body.length, 0) + next.body.length;
  const user = userOf(hits);
  const campaign = campaignOf(next);
  if (next.arrivedAt - last.arrivedAt > idleTimeoutMs) broken.add('idle');
  if (last.closes) broken.add('closed_by_page');
  if (user !== undefined && next.userId !== undefined && next.userId !== user)
    broken.add('user_changed');
  if (cutOnNewCampaign && campaign !== undefined && campaign !== campaignOf(first))
    broken.add('campaign');
  if (cutAtMidnight && berlinDay.format(next.arrivedAt) !== berlinDay.format(first.arrivedAt))
    broken.add('midnight');
  if (hits.length >= simulatedLimits.hitsMax) broken.add('hits_limit');
  if (bytes > simulatedLimits.bytesMax) broken.add('bytes_limit');
  if (next.arrivedAt - first.arrivedAt > 3 * hourMs) broken.add('duration_limit');
  return broken;
}

function wrongWithin({ stored, hits }: Part, slug: string): string | undefined {
  const { session } = stored;
  if (hits.length !== session.hits.length) return 'has hits of others';
  if (session.userId !== userOf(hits)) return `is of the user ${session.userId}`;
  if (session.hits.some((hit, index) => hit.at < (session.hits[index - 1]?.at ?? 0)))
    return 'is not in the order of its times';
  for (let index = 1; index < hits.length; index += 1) {
    const [broken] = rulesBroken(hits.slice(0, index), hits[index] as Sent, slug);
    if (broken !== undefined) return `went on although: ${broken}`;
  }
  return undefined;
}

/** Whether it was at the first hit of the next session, or at a row between. */
function wasClockSetBack({ log }: MemoryDisk, last: Sent, after: Sent | undefined): boolean {
  return log.some(
    ({ seq, receivedAt }, index) =>
      seq > last.seq &&
      seq <= (after?.seq ?? 0) &&
      wasSetBack(receivedAt, log[index - 1]?.receivedAt ?? 0),
  );
}

/** What a limit or midnight closes goes on in the next session, which names it. */
const goesOn = ['hits_limit', 'bytes_limit', 'duration_limit', 'midnight'];

function wrongEnd(
  { stored: { session }, hits }: Part,
  next: Part | undefined,
  { disk, hasRoom }: History,
  slug: string,
): string | undefined {
  const { endReason } = session;
  const last = hits.at(-1) as Sent;
  const after = next?.hits[0];
  const continues = next?.stored.session.continues === session.id;
  const isGone = removedIds(datasetDisk(disk, slug).committed).has(session.id);
  if (!isGone && continues !== (next !== undefined && goesOn.includes(endReason)))
    return `ended by ${endReason}, and the next one ${continues ? 'names it' : 'does not name it'}`;
  const { idleTimeoutMs } = rulesOf(slug);
  if (endReason === 'ended_by_hand') {
    const isTold = disk.log.some(
      ({ seq, receivedAt, isCommand, body }) =>
        isCommand &&
        seq > last.seq &&
        seq < (after?.seq ?? Number.POSITIVE_INFINITY) &&
        receivedAt - last.arrivedAt <= idleTimeoutMs &&
        new TextDecoder().decode(body).includes(session.id),
    );
    return isTold ? undefined : 'was ended by nobody';
  }
  if (endReason === 'memory') return hasRoom ? 'had to leave although there is room' : undefined;
  if (endReason === 'idle' && after === undefined) return undefined;
  if (endReason === 'idle' && wasClockSetBack(disk, last, after)) return undefined;
  if (endReason === 'closed_by_page') return last.closes ? undefined : 'was not closed by its page';
  const broken = after === undefined ? new Set<string>() : rulesBroken(hits, after, slug);
  return broken.has(endReason) ? undefined : `ended by ${endReason}, which does not hold`;
}
