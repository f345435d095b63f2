/**
 * The engine: takes hits from the inbox to stored sessions, imports logs, and answers what can be asked of both.
 * It runs in a thread of its own; this interface is what the other threads call.
 */

import type { AlertFacts } from '../alerts/alert-facts.ts';
import type { Analysis } from '../contract/analysis.ts';
import type { CopiedDataset } from '../contract/backup.ts';
import type { Definitions } from '../contract/definition.ts';
import type { Erasure, VisitorChoice, VisitorFigures } from '../contract/erasure.ts';
import type { EventSet } from '../contract/event.ts';
import type { Backfill, DryRun } from '../contract/event-life.ts';
import type { ExcludedHits, HitRules, HitTrial, HitTrialResult } from '../contract/hit-rules.ts';
import type { ImportInput, ImportProgress, ImportSummary } from '../contract/import.ts';
import type { Job } from '../contract/job.ts';
import type { Published } from '../contract/published.ts';
import type { Answer, Query } from '../contract/query.ts';
import type { IndexRules, IndexState, SearchAnswer, SearchRequest } from '../contract/search.ts';
import type { ActiveSessions, WholeSession } from '../contract/session.ts';
import type { RuleChanges } from '../contract/session-rules.ts';
import type {
  EventStatus,
  HeldState,
  HitAccount,
  SetAsideChoice,
  ShortTermStatus,
} from '../contract/status.ts';
import type {
  RecutSummary,
  RetentionResult,
  RetentionRules,
  UpkeepJob,
} from '../contract/upkeep.ts';
import type { DryRunAsked } from '../past/dry-run.ts';
import type { BackfillAsked } from '../settings/backfills.ts';
import type { DatasetConfig } from '../settings/datasets.ts';
import type { DatasetPart } from './dataset-engine.ts';
import type { Durations } from './duration-book.ts';
import type { ExcludedHour } from './hit-rules-desk.ts';
import type { PullRequest, PullResult } from './import-desk.ts';
import type { HeldDataset } from './open-datasets.ts';
import type { SearchNames } from './search-sessions.ts';

export interface DatasetFigures {
  activeSessions: number;
  storedSessions: number;
  storedHits: number;
  lastHitAt: number | undefined;
  /** Its events; absent while it is held. */
  events?: EventStatus;
  /** Its stores cannot be used: the other figures are not known, and its hits wait. */
  held?: HeldState;
}

/** How the engine is doing, for health and metrics. */
export interface EngineMeasures {
  /** How long the oldest hit that was not read yet has been waiting. */
  lagMs: number;
  /** When it last took a step, epoch milliseconds. */
  steppedAt: number;
  /** The disk is full; it goes on when there is room. */
  waitsForRoom: boolean;
  /** Datasets whose stores cannot be used. */
  held: HeldDataset[];
  /** How long it took to store batches of sessions, imports included. */
  commits: Durations;
}

/** Long work on what is stored. `rules` of a recut are changes of those in force. */
export type UpkeepTask =
  | { kind: 'verify' }
  | { kind: 'rebuild'; acceptLoss: boolean }
  | { kind: 'recut'; rules: RuleChanges }
  | { kind: 'apply_recut' };

export interface Engine {
  /** Opens a dataset; hits of it that wait in the inbox are taken from now on. */
  openDataset(config: DatasetConfig): Promise<void>;
  /**
   * Closes a dataset for good. Its hits wait in the inbox, and nobody finds it any more.
   * @throws Problem `upkeep_busy` while work on it is under way; nothing was changed then
   */
  closeDataset(slug: string): Promise<void>;
  /**
   * These are its own hosts from now on; a rebuild brings the past under them. With another time zone the dataset is
   * opened anew: all days are those of that zone then.
   * @throws Problem `upkeep_busy`, `dataset_held` for another time zone; nothing was changed then
   */
  changeDataset(slug: string, change: DatasetPart): Promise<void>;
  /** The active sessions, newest first; undefined when nothing changed since `version`. */
  activeSessions(
    slug: string,
    limit: number,
    sinceVersion?: number,
  ): Promise<{ version: number; active: ActiveSessions } | undefined>;
  /**
   * Ends an active session as soon as the engine has read what came before; durable when this resolves.
   * @throws Problem `session_unknown` when it is not active
   */
  endSession(slug: string, sessionId: string): Promise<void>;
  /**
   * Puts a set into force that is published already, for sessions that begin after what lies in the inbox now; durable
   * when this resolves.
   * @throws Problem `event_invalid`; nothing was changed then
   */
  publishEvents(slug: string, set: EventSet): Promise<void>;
  /**
   * A session with all its hits, active or ended; undefined while it is active and has exactly `unlessHits` hits:
   * a session only ever gets more, so that is no news.
   * @throws Problem `session_unknown`; `key_missing` or `file_unreadable` when its record does not open
   */
  session(slug: string, sessionId: string, unlessHits?: number): Promise<WholeSession | undefined>;
  /** How much a dataset holds; nothing of one that is being made. */
  figures(slug: string): Promise<DatasetFigures>;
  /** How many hits of the inbox were not read yet. */
  waitingHits(): Promise<number>;
  measures(): Promise<EngineMeasures>;
  /** Where the accepted hits of each dataset are, at one moment. */
  account(): Promise<HitAccount[]>;
  /** How full the short-term canister is, and how long the first unread hit has waited. */
  load(): Promise<{ shortTerm: ShortTermStatus; lagMs: number }>;
  /** @param definitions what is defined for the dataset; without it nothing is */
  query(slug: string, query: Query, definitions?: Definitions): Promise<Answer>;
  analyze(slug: string, analysis: Analysis, definitions?: Definitions): Promise<Answer>;
  /** What alerts ask: see `AlertFacts`. */
  alertsLive: AlertFacts['live'];
  alertsPast: AlertFacts['past'];
  alertsCells: AlertFacts['cells'];
  /** Writes the days of a dataset that have changed since they were last published. */
  publish(slug: string): Promise<Published>;
  /** The same for every dataset that has been quiet for a while, or has waited for long enough. */
  publishDue(): Promise<void>;
  /**
   * The sessions of a condition, active and ended.
   * @param named what names in the condition stand for; without it there are no such names
   * @throws Problem `condition_invalid`, `field_not_indexed`, `search_too_wide`, `search_too_slow`
   */
  search(slug: string, request: SearchRequest, named?: SearchNames): Promise<SearchAnswer>;
  /** What the session index holds, and how far it is. */
  indexState(slug: string): Promise<IndexState>;
  /** Makes these the rules of the index; what it does not hold yet is made in the background. */
  setIndex(slug: string, rules: IndexRules): Promise<IndexState>;
  /** Makes the index anew in the background. */
  rebuildIndex(slug: string): Promise<IndexState>;
  /** Gives up what is made in the background. Gives the rules in force. */
  cancelIndex(slug: string): Promise<IndexState>;
  /**
   * Takes hits by these rules from now on; a rebuild brings the past under them.
   * @throws Problem `condition_invalid`; nothing was changed then
   */
  useHitRules(slug: string, rules: HitRules): Promise<void>;
  /** What would become of a request, by the rules in force or by others. @throws Problem `condition_invalid` */
  tryHitRules(slug: string, trial: HitTrial): Promise<HitTrialResult>;
  /** What exclusions have left out so far. */
  excludedHits(slug: string): Promise<ExcludedHits>;
  /** The same for hits that a collector took, by the hour in which they came. */
  excludedHours(slug: string): Promise<ExcludedHour[]>;
  /** Begins an import and gives its number. One import a dataset at a time; a second waits for the first. */
  beginImport(slug: string, options: ImportInput): Promise<number>;
  /** Begins the next file of an import. */
  beginFile(importNumber: number, name: string): Promise<void>;
  /** Hands over the next bytes of the file; resolves when more may come. */
  feedFile(importNumber: number, bytes: Uint8Array): Promise<ImportProgress>;
  /** Ends the file: all its lines are taken. */
  endFile(importNumber: number): Promise<ImportProgress>;
  finishImport(importNumber: number): Promise<ImportSummary>;
  abandonImport(importNumber: number): Promise<void>;
  /** Takes cuts of log files that lie on this machine, merged by time. Sessions that are still open are left. */
  pullLogs(slug: string, options: ImportInput, request: PullRequest): Promise<PullResult>;
  /** The long work on a dataset that runs or has ended: imports, dry runs, backfills, upkeep, the making of the index. */
  jobs(slug: string): Promise<Job[]>;
  /** Begins long work on a dataset and gives its number. @throws Problem `upkeep_busy` */
  beginUpkeep(slug: string, task: UpkeepTask): Promise<number>;
  /** How far it is, or what came of it. @throws Problem `upkeep_unknown`, or that with which the work failed */
  readUpkeep(number: number): Promise<UpkeepJob>;
  /** Ends it at its next step, with nothing changed. */
  cancelUpkeep(number: number): Promise<void>;
  /** The recut that waits to be applied or discarded. */
  recut(slug: string): Promise<RecutSummary | undefined>;
  /** Removes it; doing it twice is doing it once. @throws Problem `upkeep_busy` */
  discardRecut(slug: string): Promise<void>;
  /** Ids of all sessions of a visitor, active ones last. */
  visitorSessions(slug: string, choice: VisitorChoice): Promise<string[]>;
  visitorFigures(slug: string, choice: VisitorChoice): Promise<VisitorFigures>;
  /** Begins to erase a visitor; noted for good when it resolves. @throws Problem `upkeep_busy`, `visitor_unknown` */
  beginErasure(slug: string, choice: VisitorChoice): Promise<Erasure>;
  /** All erasures of a dataset, oldest first. */
  erasures(slug: string): Promise<Erasure[]>;
  /** What goes by these rules, and its going when `apply`; the rules are then in force from now on. */
  retain(slug: string, rules: RetentionRules, apply: boolean): Promise<RetentionResult>;
  /** Puts hits that were set aside back among those that wait. Gives their number. @throws Problem `hit_unknown` */
  replaySetAside(slug: string, choice: SetAsideChoice): Promise<number>;
  /** Removes hits that were set aside; they count as bad then. Gives their number. @throws Problem `hit_unknown` */
  deleteSetAside(slug: string, choice: SetAsideChoice): Promise<number>;
  /** Takes the machine's clock as it is, after it has jumped and hits have confirmed it. */
  followClock(): Promise<void>;
  /** Puts a new master key in the place of the old one. Gives the number of data keys that it opens now. */
  rotateKeys(): Promise<number>;
  /**
   * Copies everything that is stored into a new data folder, as it is at one moment, and says what.
   * @throws Problem `dataset_held`, `upkeep_busy`
   */
  copyStores(root: string): Promise<CopiedDataset[]>;
  /** @throws Problem `event_invalid` when the set cannot be used */
  checkEvents(slug: string, set: EventSet): Promise<void>;
  /** Takes the past facts of an event away that sets before `version` recorded. */
  removeFacts(slug: string, event: string, version: number): Promise<void>;
  /** Begins to try an event over the past. @throws Problem `event_invalid`, `jobs_too_many` */
  beginDryRun(slug: string, asked: DryRunAsked): Promise<DryRun>;
  /** How far a dry run is. @throws Problem `job_unknown` */
  dryRun(slug: string, number: number): Promise<DryRun>;
  cancelDryRun(slug: string, number: number): Promise<DryRun>;
  /** Begins to run a published event over the past; durable when it resolves. @throws Problem `jobs_too_many` */
  beginBackfill(slug: string, asked: Omit<BackfillAsked, 'kind'>): Promise<Backfill>;
  /** All backfills of a dataset, oldest first. */
  backfills(slug: string): Promise<Backfill[]>;
  /** @throws Problem `job_unknown` */
  cancelBackfill(slug: string, number: number): Promise<Backfill>;
  /** Reads the inbox to its end, stores what has ended, and closes the files. */
  stop(): Promise<void>;
}
