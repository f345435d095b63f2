/**
 * The way of hits from parsed JSON into the inbox, for every route that brings some. Each hit is counted once as
 * received and once by what became of it: here what is refused, in the inbox what is stored.
 */
import type { DatasetEntry } from '../../core/contract/dataset.ts';
import type { Hit } from '../../core/contract/hit.ts';
import { Problem, type ProblemCode } from '../../core/contract/problem.ts';
import type { HitTally, Inbox, InboxHit } from '../inbox/inbox.ts';
import type { DatasetDirectory } from './dataset-directory.ts';
import { isHostAllowed } from './host-rule.ts';
import { checkUrl, parseHit } from './parse-hit.ts';
import type { PlainHit } from './plain-hit.ts';
import { type Rates, visitorOf } from './rates.ts';
import { type ClientFacts, receiveHit } from './receive-hit.ts';
import type { VisitorKeys } from './visitor-key.ts';

export interface Intake {
  inbox: Inbox;
  directory: DatasetDirectory;
  keys: VisitorKeys;
  rates?: Rates | undefined;
  heardTime?: ((senderMs: number) => void) | undefined;
  /** Why no hit can be taken at present. */
  closed?: (() => Problem | undefined) | undefined;
}

/** A hit that was not taken: its place in the request, and why. */
export interface Refusal {
  index: number;
  problem: Problem;
}

export interface TakenHits {
  /** How many are stored now, or were before. */
  accepted: number;
  refused: Refusal[];
}

/**
 * Judges every value and stores the good hits; returns when they are durable.
 * @param values what the sender gave as hits
 * @param plain the only one of them, where it is plain
 * @throws Problem `inbox_full`, `inbox_failed` or `rate_exceeded`: nothing is promised, all may be sent again
 */
export async function takeHits(
  intake: Intake,
  values: readonly unknown[],
  facts: ClientFacts,
  plain?: PlainHit,
): Promise<TakenHits> {
  const good: InboxHit[] = [];
  const refused: Refusal[] = [];
  const tallies: HitTally[] = [];
  const hitsOfVisitors = new Map<string, number>();
  let index = -1;
  for (const value of values) {
    index += 1;
    try {
      const taken = takeHit(intake, value, facts, hitsOfVisitors, plain);
      good.push(taken instanceof Promise ? await taken : taken);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (problem.status === 503) {
        refuseAll(intake.inbox, values.length, problem.code);
        throw problem;
      }
      refused.push({ index, problem });
      const dataset = await datasetOf(intake.directory, value);
      tallies.push(...refusedTallies(dataset?.slug ?? '', problem.code));
    }
  }
  try {
    intake.rates?.takeVisitors(hitsOfVisitors);
    for (const slug of new Set(good.map(({ dataset }) => dataset))) intake.rates?.takeDataset(slug);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    tallies.push(...good.flatMap(({ dataset }) => refusedTallies(dataset, problem.code)));
    intake.inbox.count(tallies);
    throw problem;
  }
  if (tallies.length > 0) intake.inbox.count(tallies);
  if (good.length > 0) await intake.inbox.append(good);
  return { accepted: good.length, refused };
}

/**
 * Asks whether hits of this client may be looked at now, before their body is read. A refused request counts as one
 * hit: how many it has is not known.
 * @throws Problem `rate_exceeded`, or why no hit can be taken at present
 */
export function admit({ inbox, rates, closed }: Intake, facts: ClientFacts): void {
  const problem = closed?.();
  try {
    if (problem) throw problem;
    rates?.takeClient(facts.address?.prefix);
  } catch (refusal) {
    if (refusal instanceof Problem) refuseAll(inbox, 1, refusal.code);
    throw refusal;
  }
}

/** Counts a request whose hits were not looked at: `count` received, and as many bad. */
export function refuseAll(inbox: Inbox, count: number, code: ProblemCode): void {
  inbox.count(refusedTallies('', code, count));
}

/** Without a promise where everything is known already, which is the way of nearly every hit. */
function takeHit(
  intake: Intake,
  value: unknown,
  facts: ClientFacts,
  hitsOfVisitors: Map<string, number>,
  plain: PlainHit | undefined,
): InboxHit | Promise<InboxHit> {
  const hit = plain === undefined ? parseHit(value) : checkUrl(plain.hit);
  const receive = (found: DatasetEntry | undefined) => {
    const dataset = allowed(hit, found);
    if (hit.sentAt !== undefined) intake.heardTime?.(hit.sentAt);
    const visitor = visitorOf(dataset.slug, hit.visitor, facts);
    if (visitor !== undefined) hitsOfVisitors.set(visitor, (hitsOfVisitors.get(visitor) ?? 0) + 1);
    return receiveHit(hit, dataset, facts, intake.keys, plain?.members);
  };
  const found = intake.directory.find(hit.dataset);
  return found instanceof Promise ? found.then(receive) : receive(found);
}

/** @throws Problem `dataset_unknown` or `host_not_allowed` */
function allowed(hit: Hit, dataset: DatasetEntry | undefined): DatasetEntry {
  if (dataset === undefined) {
    throw new Problem(
      'dataset_unknown',
      'The write key belongs to no dataset. Copy it from the dataset’s page or from: canister dataset list',
    );
  }
  if (!isHostAllowed(hit.url, dataset.hosts)) {
    throw new Problem(
      'host_not_allowed',
      'The URL’s host is not on the dataset’s list of hosts. Add it there if it belongs to the site.',
    );
  }
  return dataset;
}

/** The dataset that a refused value names, so that its owner sees the refusal. */
async function datasetOf(
  directory: DatasetDirectory,
  value: unknown,
): Promise<DatasetEntry | undefined> {
  const key = typeof value === 'object' && value !== null && 'dataset' in value && value.dataset;
  if (typeof key !== 'string') return undefined;
  try {
    return await directory.find(key);
  } catch {
    return undefined;
  }
}

/** A page of a foreign host does nothing wrong: its hits are left out by rule. */
function refusedTallies(dataset: string, code: ProblemCode, count = 1): HitTally[] {
  const outcome = code === 'host_not_allowed' ? 'excluded' : 'bad';
  return [
    { dataset, outcome: 'received', reason: '', count },
    { dataset, outcome, reason: code, count },
  ];
}
