/**
 * Keeps the session index of a dataset behind its canister: chunk by chunk, each with its cursor in one transaction, so
 * that after a kill it goes on where it was. A change of its fields is made beside, while the old one answers.
 */
import type { AnalyticsStore } from '../analytics/analytics-store.ts';
import { conditionSession } from '../conditions/condition-session.ts';
import type { IndexRules, IndexState } from '../contract/search.ts';
import type { CanisterPlace, LongTermCanister } from './long-term.ts';
import {
  fieldsOf,
  type IndexedSession,
  type IndexFile,
  type IndexShelf,
  sameRules,
  valuesOf,
} from './session-index.ts';

const sessionsPerChunk = 500;
/** Sealed bytes: what is in memory is many times as much. */
const bytesPerChunk = 2_000_000;

export interface StoredPlace {
  id: string;
  place: CanisterPlace;
}

export interface SessionIndex {
  /** What answers now; undefined where nothing is indexed. */
  readonly serving: IndexFile | undefined;
  /** Reads in what answers now, which stays until the work has ended. */
  read<T>(work: (serving: IndexFile | undefined) => Promise<T>): Promise<T>;
  /** Makes these the rules: what has to be made anew is made beside. */
  use(rules: IndexRules): Promise<void>;
  /** Makes the index anew, beside. */
  rebuild(): Promise<void>;
  /** Gives up what is made beside. Gives the rules that are in force then. */
  cancel(): Promise<IndexRules>;
  /** Sessions of segments before this day are not in the index any more; undefined for all. */
  keepFrom(day: string | undefined): void;
  /** The days of segments that are in the serving index. */
  days(): string[];
  /** Begins again from nothing: the canister has become another one. */
  startAgain(): Promise<void>;
  /**
   * Indexes one chunk; false when there was nothing to do.
   * @param hold does what reads stores and changes the shelf while nothing else moves; writing goes on behind it
   */
  step(hold?: <T>(work: () => Promise<T>) => Promise<T>): Promise<boolean>;
  /** Resolves when nothing is being written. */
  settled(): Promise<void>;
  /** How many stored sessions the serving index does not hold yet. */
  unindexed(): Promise<number>;
  /** Up to `max` stored sessions that the serving index does not hold yet. */
  behind(max: number): Promise<StoredPlace[]>;
  state(): Promise<IndexState>;
}

const nothing: IndexRules = { fields: [], pageText: false };

export async function openSessionIndex(options: {
  shelf: IndexShelf;
  analytics: AnalyticsStore;
  canister: LongTermCanister;
  rules: IndexRules | undefined;
}): Promise<SessionIndex> {
  const { shelf, analytics, canister } = options;
  let rules = options.rules ?? nothing;
  let keptFrom = '';
  /** The batch of the tables, and the first day, up to which a file has everything, by file. */
  const doneAt = new WeakMap<IndexFile, string>();
  /** The file of which a search has found that nothing is behind it, and when. */
  let whole: { file: IndexFile; at: string } | undefined;

  /** What is being written behind a step: a file is not changed by anything else meanwhile. */
  let writing: Promise<void> = Promise.resolve();

  /** Begins to write, and gives what to wait for. */
  function write(work: Promise<void>): { written: Promise<void> } {
    writing = work.catch(() => undefined);
    return { written: work };
  }

  async function use(wanted: IndexRules): Promise<void> {
    rules = wanted;
    const { serving, making } = shelf;
    if (fieldsOf(rules).length === 0) await shelf.clear();
    else if (serving !== undefined && sameRules(serving.rules, rules)) {
      if (making !== undefined && !sameRules(making.rules, rules)) await shelf.discard();
    } else if (making === undefined || !sameRules(making.rules, rules)) await shelf.begin(rules);
    // Where there is nothing yet, a part answers better than nothing, and says that it is one.
    if (shelf.serving === undefined && shelf.making !== undefined) await shelf.promote();
  }
  await use(rules);

  const moment = () => `${analytics.epoch()} ${keptFrom}`;

  /** Gives the writing that it began; undefined when there was nothing to do. */
  async function stepOf(file: IndexFile): Promise<{ written: Promise<void> } | undefined> {
    const now = moment();
    if (doneAt.get(file) === now) return undefined;
    const stored = new Map(await lastOffsets(keptFrom));
    const gone = [...file.through.keys()].filter((day) => !stored.has(day));
    if (gone.length > 0) return write(file.removeDays(gone));
    for (const [day, offset] of stored) {
      if (offset < (file.through.get(day) ?? 0)) continue;
      return await indexChunk(file, day);
    }
    doneAt.set(file, now);
    return undefined;
  }

  async function indexChunk(file: IndexFile, day: string) {
    const { rows } = await analytics.query(
      `SELECT replace(session_id::VARCHAR, '-', ''), segment_offset, segment_length FROM store.sessions
       WHERE segment_day = $1 AND segment_offset >= $2 ORDER BY segment_offset LIMIT ${sessionsPerChunk}`,
      [day, file.through.get(day) ?? 0],
    );
    const places = rows.map(([, offset, length]): CanisterPlace => {
      return { day, offset: Number(offset), length: Number(length) };
    });
    const fields = fieldsOf(file.rules);
    const values = new Map<string, IndexedSession['values']>();
    let bytes = 0;
    let through = 0;
    for await (const piece of canister.pieces(day, places)) {
      for (const { session } of piece.sessions)
        values.set(session.id, valuesOf(conditionSession(session), fields));
      through = piece.through.offset;
      bytes += piece.bytes;
      if (bytes > bytesPerChunk) break;
    }
    // A damaged record has no values; it is told of where records are verified.
    const sessions = rows
      .filter(([, offset]) => Number(offset) <= through)
      .map(([id]) => ({ id: String(id), day, values: values.get(String(id)) ?? [] }));
    return write(file.add(sessions, new Map([[day, through + 1]])));
  }

  /** The segments whose last session a file does not hold yet, each with its first byte that is not indexed. */
  async function segmentsBehind(file: IndexFile): Promise<[day: string, firstByte: number][]> {
    const now = moment();
    const isWhole = doneAt.get(file) === now || (whole?.file === file && whole.at === now);
    if (keptFrom === '' && isWhole) return [];
    const behind = (await lastOffsets('')).flatMap(([day, offset]): [string, number][] => {
      const firstByte = file.through.get(day) ?? 0;
      return offset < firstByte ? [] : [[day, firstByte]];
    });
    if (behind.length === 0) whole = { file, at: now };
    return behind;
  }

  /** The segments from a day on, each with the offset of its last session. */
  async function lastOffsets(from: string): Promise<[day: string, offset: number][]> {
    const { rows } = await analytics.query(
      'SELECT segment_day, max(segment_offset) FROM store.sessions WHERE segment_day >= $1 GROUP BY segment_day ORDER BY 1',
      [from],
    );
    return rows.map(([day, offset]) => [String(day), Number(offset)]);
  }

  /** Of the sessions behind the cursor of the serving index. */
  async function rowsBehind(columns: string, end: string): Promise<unknown[][]> {
    const file = shelf.serving;
    const segments = file === undefined ? [] : await segmentsBehind(file);
    if (segments.length === 0) return [];
    const { rows } = await analytics.query(
      `SELECT ${columns} FROM store.sessions s JOIN (
         SELECT unnest(string_split($1, ',')) AS day, unnest(string_split($2, ','))::BIGINT AS first_byte) t
       ON t.day = s.segment_day AND s.segment_offset >= t.first_byte
       WHERE s.segment_offset >= ${Math.min(...segments.map(([, firstByte]) => firstByte))} ${end}`,
      [
        segments.map(([day]) => day).join(','),
        segments.map(([, firstByte]) => firstByte).join(','),
      ],
    );
    return rows;
  }

  async function storedSessionsOf() {
    const { rows } = await analytics.query('SELECT count(*) FROM store.sessions', []);
    return Number(rows[0]?.[0]);
  }

  return {
    get serving() {
      return shelf.serving;
    },
    async use(wanted) {
      await writing;
      await use(wanted);
    },
    keepFrom(day) {
      keptFrom = day ?? '';
      // What lies before the day leaves the file at some later step.
      whole = undefined;
    },
    read: async (work) => await shelf.read(({ serving }) => work(serving)),
    days: () => [...(shelf.serving?.through.keys() ?? [])].sort(),
    settled: () => writing,
    async rebuild() {
      await writing;
      if (fieldsOf(rules).length > 0) await shelf.begin(rules);
    },
    async cancel() {
      await writing;
      if (shelf.making !== undefined) {
        await shelf.discard();
        rules = shelf.serving?.rules ?? nothing;
      }
      return rules;
    },
    async startAgain() {
      await writing;
      await shelf.clear();
      await use(rules);
    },
    async step(hold = (work) => work()) {
      const begun = await hold(async () => {
        await writing;
        const { serving, making } = shelf;
        const step = (serving && (await stepOf(serving))) ?? (making && (await stepOf(making)));
        if (step !== undefined || making === undefined) return step;
        await shelf.promote();
        return { written: Promise.resolve() };
      });
      await begun?.written;
      return begun !== undefined;
    },
    async unindexed() {
      const rows = await rowsBehind('count(*)', '');
      return Number(rows[0]?.[0] ?? 0);
    },
    async behind(max) {
      const columns = `replace(s.session_id::VARCHAR, '-', ''), s.segment_day, s.segment_offset, s.segment_length`;
      const rows = await rowsBehind(columns, `LIMIT ${max}`);
      return rows.map(([id, day, offset, length]) => ({
        id: String(id),
        place: { day: String(day), offset: Number(offset), length: Number(length) },
      }));
    },
    async state() {
      const storedSessions = await storedSessionsOf();
      return await shelf.read(async ({ serving, making }) => {
        const now = await serving?.figures();
        const next = await making?.figures();
        return {
          rules,
          ...(serving === undefined ? {} : { serving: serving.rules }),
          storedSessions,
          indexedSessions: now?.sessions ?? 0,
          values: now?.values ?? 0,
          bytes: now?.bytes ?? 0,
          ...(next === undefined ? {} : { making: { indexedSessions: next.sessions } }),
        };
      });
    },
  };
}
