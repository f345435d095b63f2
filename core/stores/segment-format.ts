/**
 * What the versions of segment files have in common: a magic line, and behind it records, each framed by its length and
 * a CRC-32 (segment-frame.ts). What is in a record, and how many sessions, is a matter of the version.
 */

/** Where a record lies: bound into its seal. */
export interface RecordPlace {
  dataset: string;
  day: string;
  offset: number;
}

/** Where the bytes of a record lie in its segment. */
export interface RecordSpan {
  offset: number;
  length: number;
}

/** What goes to the end of a segment together: texts of sessions, and what is bound into their seals. */
export interface SegmentBatch {
  version: SegmentFormat['version'];
  dataset: string;
  day: string;
  key: Uint8Array;
  /** Where the segment ends so far. */
  end: number;
  ids: readonly string[];
  /** The sessions as JSON in UTF-8, one behind the other. */
  plain: Uint8Array;
  /** How many bytes of it each session has. */
  plainLengths: readonly number[];
}

export interface SealedBatch {
  /** What is to be written at the end, part behind part. */
  parts: Buffer[];
  /** For each session where it lies: its own offset, and the length of the record that it is in. */
  offsets: number[];
  lengths: number[];
}

/** What a record is made anew with when sessions are erased. */
export interface Erasing {
  from: Buffer;
  to: Buffer;
  /** The sessions that go. */
  ids: ReadonlySet<string>;
  /** The JSON of the sessions in a record of the old segment, wherever they lie. */
  textsOf(record: Buffer, place: RecordPlace): Promise<Buffer[] | undefined>;
  /** Puts a record behind the end of the new segment. */
  append(make: (offset: number) => Buffer): Promise<RecordSpan>;
}

export interface SegmentFormat {
  version: 1 | 2;
  magic: Buffer;
  /** Records begin at multiples of it. The offset of a session is that of its record and its number in it. */
  alignment: number;
  isSound(record: Buffer): boolean;
  /** The sessions of a record by their numbers; `blankId` in the place of one that was erased. */
  idsOf(record: Buffer): string[];
  /** Whether another record names this one: its sessions are that one's, and it does not count by itself. */
  isAnnex(record: Buffer): boolean;
  seal(batch: SegmentBatch): SealedBatch;
  /** Whether the seal of a record opens. */
  opens(record: Buffer, key: Buffer, place: RecordPlace): boolean;
  /**
   * The JSON of each session by its number (empty where it was erased), or the annex in which they lie; undefined when the
   * seal does not open. Takes any bytes.
   */
  open(record: Buffer, key: Buffer, place: RecordPlace): Buffer[] | RecordSpan | undefined;
  /** The record without these sessions under the next key, as long as it was. */
  anew(record: Buffer, place: RecordPlace, erasing: Erasing): Promise<Buffer>;
}

/** Where the next record begins behind so many bytes. */
export const aligned = (end: number, alignment: number) => Math.ceil(end / alignment) * alignment;

/** Where the record of a session begins. */
export const recordOffset = (offset: number, alignment: number) => offset - (offset % alignment);

/**
 * The JSON of the sessions in a record, wherever they lie; undefined when it does not open.
 * @param read gives the bytes of another record of the segment
 */
export async function textsOf(
  format: SegmentFormat,
  record: Buffer,
  key: Buffer,
  place: RecordPlace,
  read: (span: RecordSpan) => Promise<Buffer>,
): Promise<Buffer[] | undefined> {
  const opened = format.open(record, key, place);
  if (opened === undefined || Array.isArray(opened)) return opened;
  const annex = await read(opened);
  if (!format.isSound(annex)) return undefined;
  const found = format.open(annex, key, { ...place, offset: opened.offset });
  return Array.isArray(found) ? found : undefined;
}
