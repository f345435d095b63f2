/** The watch: looks at all rules again and again, and writes down what changed together with what is to be sent of it. */
import type { Clock } from '../clock.ts';
import type {
  AlertChannel,
  AlertClosing,
  AlertEntry,
  AlertRule,
  AlertState,
} from '../contract/alert.ts';
import { Problem } from '../contract/problem.ts';
import { inTurn } from '../in-turn.ts';
import type { AlertFacts, LiveRequest } from './alert-facts.ts';
import type { AlertStore } from './alert-store.ts';
import { usualCount, usualSpans } from './baseline.ts';
import { isBlackedOut } from './blackout.ts';
import { describeClosing, describeFiring, describeRecovery } from './describe-alert.ts';
import { type Evidence, measureOf, type RuleMemory, stepRule } from './evaluate-rule.ts';
import { type ComposeNotice, messagesOf, newEntry } from './notices.ts';
import type { OutboxItem } from './outbox.ts';
import { type CountedRule, isCountedRule, isSqlRule, type SqlRule } from './sql-facts.ts';
import type { SqlWatch } from './sql-watch.ts';
import { countOf, newTally, type Tally } from './tally.ts';
import { type WallClock, wallClock } from './wall-clock.ts';

const minuteMs = 60_000;

export interface AlertWatch {
  /** Looks at every rule once, and writes down what changed. */
  look(): Promise<void>;
  /** Rules or channels were changed: they are read again before the next look. */
  changed(): void;
  /** Remembers nothing of a dataset that was deleted: another one of its name begins anew. */
  forget(slug: string): Promise<void>;
  /** How a rule stands, as of the last look. */
  state(slug: string, name: string): AlertState;
  /** Somebody takes a raised alert in hand. @throws Problem `alert_not_raised` */
  close(slug: string, rule: AlertRule, closing: AlertClosing): Promise<void>;
}

interface Standing {
  memory: RuleMemory;
  value?: number | undefined;
  fault?: string | undefined;
}

interface Known {
  byDataset: Map<string, AlertRule[]>;
  channels: Map<string, AlertChannel>;
}

/** What a look at one rule found. */
interface Finding {
  key: string;
  standing: Standing;
  entry?: AlertEntry;
  messages: OutboxItem[];
}

export function createAlertWatch(options: {
  store: AlertStore;
  facts: AlertFacts;
  sql: SqlWatch;
  clock: Clock;
  /** The time zone of a dataset; undefined when there is no such dataset. */
  timeZone: (slug: string) => string | undefined;
  compose: ComposeNotice;
}): AlertWatch {
  const { store, facts, sql, clock, timeZone, compose } = options;
  const standings = new Map<string, Standing>();
  const usual = usualBook(facts);
  let known: Known | undefined;
  let changes = 0;
  let isLoaded = false;
  /** A look that began before a closing must not write over it. */
  const { run: exclusively } = inTurn();

  /** What was fired before a restart is still so. */
  async function loadMemory(): Promise<void> {
    if (isLoaded) return;
    for (const { last, lastFiredAt, since } of await store.lastEntries()) {
      const { at, change, closing } = last;
      const firing = change !== 'recovered';
      const closed = closing && { at, ...closing };
      const memory = { firing, since: firing ? since : undefined, lastFiredAt, closed };
      standings.set(keyOf(last.dataset, last.rule), { memory });
    }
    isLoaded = true;
  }

  async function readKnown(): Promise<Known> {
    const byDataset = new Map<string, AlertRule[]>();
    for (const { dataset, rule } of await store.allRules()) {
      if (rule.active) byDataset.set(dataset, [...(byDataset.get(dataset) ?? []), rule]);
    }
    const channels = await store.channels();
    return { byDataset, channels: new Map(channels.map((channel) => [channel.name, channel])) };
  }

  /** What was changed while it was read is read again by the next look. */
  async function knownNow(): Promise<Known> {
    if (known !== undefined) return known;
    const before = changes;
    const read = await readKnown();
    if (changes === before) known = read;
    return read;
  }

  async function lookAt(slug: string, rules: readonly AlertRule[], known: Known): Promise<void> {
    const zone = timeZone(slug);
    if (zone === undefined) return;
    const wall = wallClock(zone);
    const findings = [
      ...(await lookAtCounted(slug, rules, wall, known)),
      ...rules.filter(isSqlRule).flatMap((rule) => lookAtSql(slug, rule, wall, known) ?? []),
    ];
    const changes = findings.filter(({ entry }) => entry !== undefined);
    await store.record(
      changes.flatMap(({ entry }) => entry ?? []),
      changes.flatMap(({ messages }) => messages),
    );
    // Only what is written down is remembered: what could not be is found again by the next look.
    for (const { key, standing } of findings) standings.set(key, standing);
  }

  async function lookAtCounted(
    slug: string,
    all: readonly AlertRule[],
    wall: WallClock,
    known: Known,
  ): Promise<Finding[]> {
    const rules = all.filter(isCountedRule);
    if (rules.length === 0) return [];
    const { throughMs, tallies } = await facts.live(slug, rules.flatMap(requestsOf));
    const findings: Finding[] = [];
    let place = 0;
    for (const rule of rules) {
      const own = tallies.slice(place, place + requestsOf(rule).length);
      place += own.length;
      const evidence = await evidenceOf(slug, rule, own, throughMs, wall);
      findings.push(judge(slug, rule, evidence, throughMs, wall, known));
    }
    return findings;
  }

  /** undefined while there is no news of the query. */
  function lookAtSql(
    slug: string,
    rule: SqlRule,
    wall: WallClock,
    known: Known,
  ): Finding | undefined {
    const found = sql.take(slug, rule, clock());
    if (found === undefined) return undefined;
    if ('fault' in found) {
      const key = keyOf(slug, rule.name);
      const memory = standings.get(key)?.memory ?? { firing: false };
      return { key, standing: { memory, fault: found.fault }, messages: [] };
    }
    const { rows, value, sessions } = found.reading;
    const evidence = { tally: { ...newTally(), count: rows, sessions }, value };
    return judge(slug, rule, evidence, found.atMs, wall, known);
  }

  async function evidenceOf(
    slug: string,
    rule: CountedRule,
    [tally, base]: readonly Tally[],
    throughMs: number,
    wall: WallClock,
  ): Promise<Evidence & { tally: Tally }> {
    if (tally === undefined) throw new Error('every request has its tally');
    const isDeviation = rule.measure === 'deviation';
    return {
      tally,
      base,
      usual: isDeviation ? await usual(slug, rule, throughMs, wall) : undefined,
    };
  }

  function judge(
    slug: string,
    rule: AlertRule,
    evidence: Evidence & { tally: Tally },
    atMs: number,
    wall: WallClock,
    { channels }: Known,
  ): Finding {
    const key = keyOf(slug, rule.name);
    const before = standings.get(key)?.memory ?? { firing: false };
    const value = measureOf(rule, evidence);
    const dark = isBlackedOut(rule.blackouts, wall.at(atMs));
    const { memory, change } = stepRule(rule, before, { atMs, value, isBlackedOut: dark });
    const standing = { memory, value, fault: faultOf(rule, value) };
    if (change === undefined) return { key, standing, messages: [] };
    const entry = newEntry({
      dataset: slug,
      rule: rule.name,
      change,
      at: atMs,
      severity: rule.severity,
      says: change === 'fired' ? describeFiring(rule, value ?? 0) : describeRecovery(rule, value),
      ...(value === undefined ? {} : { value }),
      sessions: change === 'fired' ? evidence.tally.sessions : [],
    });
    const isTold = change === 'fired' || (rule.notifyRecovery && !dark);
    const told = isTold ? rule.channels.flatMap((name) => channels.get(name) ?? []) : [];
    return { key, standing, entry, messages: messagesOf(entry, told, compose) };
  }

  function changed(): void {
    changes += 1;
    known = undefined;
  }

  async function look(): Promise<void> {
    await loadMemory();
    const now = await knownNow();
    const faults: Error[] = [];
    for (const [slug, rules] of now.byDataset) {
      // A dataset that is held has its own alarm; the others are looked at.
      await lookAt(slug, rules, now).catch((error: Error & { code?: string }) => {
        for (const { name } of rules) {
          const standing = standings.get(keyOf(slug, name));
          const memory = standing?.memory ?? { firing: false };
          standings.set(keyOf(slug, name), { memory, fault: error.message });
        }
        if (error.code !== 'dataset_held') faults.push(error);
      });
    }
    if (faults[0] !== undefined) throw faults[0];
  }

  async function close(slug: string, rule: AlertRule, closing: AlertClosing): Promise<void> {
    await loadMemory();
    const key = keyOf(slug, rule.name);
    const standing = standings.get(key);
    if (!standing?.memory.firing) refuseClosing(`The alert "${rule.name}" is not raised.`);
    const { closed } = standing.memory;
    if (closed) refuseClosing(`${closed.by} has closed the alert "${rule.name}" already.`);
    const at = clock();
    const entry = newEntry({
      dataset: slug,
      rule: rule.name,
      change: 'closed',
      at,
      severity: rule.severity,
      says: describeClosing(closing),
      sessions: [],
      closing,
    });
    await store.record([entry], []);
    const memory = { ...standing.memory, closed: { at, ...closing } };
    standings.set(key, { ...standing, memory });
  }

  return {
    look: () => exclusively(look),
    close: (slug, rule, closing) => exclusively(() => close(slug, rule, closing)),
    forget: (slug) =>
      exclusively(async () => {
        for (const key of standings.keys()) if (isOf(slug, key)) standings.delete(key);
        changed();
      }),
    changed,
    state(slug, name) {
      const { memory, value, fault } = standings.get(keyOf(slug, name)) ?? {
        memory: { firing: false },
      };
      return {
        firing: memory.firing,
        ...(memory.closed === undefined ? {} : { closed: memory.closed }),
        ...(memory.since === undefined ? {} : { since: memory.since }),
        ...(memory.lastFiredAt === undefined ? {} : { lastFiredAt: memory.lastFiredAt }),
        ...(value === undefined ? {} : { value }),
        ...(fault === undefined ? {} : { fault }),
      };
    },
  };
}

function refuseClosing(why: string): never {
  throw new Problem('alert_not_raised', `${why} There is nothing to close.`);
}

const keyOf = (slug: string, name: string) => `${slug}\n${name}`;
const isOf = (slug: string, key: string) => key.startsWith(`${slug}\n`);

/** What a rule wants counted: its subject, and its base after it. */
function requestsOf({ subject, base, robots, windowMinutes }: CountedRule): LiveRequest[] {
  const windowMs = windowMinutes * minuteMs;
  return [subject, ...(base === undefined ? [] : [base])].map((one) => ({
    subject: one,
    robots,
    windowMs,
  }));
}

function faultOf({ measure }: AlertRule, value: number | undefined): string | undefined {
  if (value !== undefined) return undefined;
  if (measure === 'deviation')
    return 'The weeks before do not say yet what is usual (four are needed).';
  if (measure === 'ratio') return 'There is nothing to divide by in the window.';
  return 'There is no value in the window.';
}

/** Gives what is usual, read once a minute and rule. */
function usualBook(facts: AlertFacts) {
  const remembered = new Map<string, { minute: number; usual: number | undefined }>();
  return async (
    slug: string,
    { subject, robots, windowMinutes }: CountedRule,
    atMs: number,
    wall: WallClock,
  ): Promise<number | undefined> => {
    const key = JSON.stringify([slug, subject, robots, windowMinutes]);
    const minute = Math.floor(atMs / minuteMs);
    const found = remembered.get(key);
    if (found?.minute === minute) return found.usual;
    const spans = usualSpans(minute * minuteMs, windowMinutes * minuteMs, wall);
    const requests = spans.map((span) => ({ subject, robots, ...span }));
    const { firstAt, tallies } = await facts.past(slug, requests);
    const usual = usualCount(tallies.map(countOf), spans, firstAt);
    remembered.set(key, { minute, usual });
    return usual;
  };
}
