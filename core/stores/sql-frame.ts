/**
 * Batches and their results as single buffers, for the way between threads: cloning each value by itself costs more
 * than the database does. Equal texts travel once, and a buffer is handed over, not copied.
 *
 * Values lie one behind the other: a tag, and what it needs. Numbers are eight bytes; a text is its place in `texts`;
 * bytes are where they begin in the frame and how many, and equal bytes of one batch (such as its id) lie there once.
 */
import type { InStatement, InValue } from '@libsql/client';

/** Values of many rows in one buffer. */
export interface Frame {
  buffer: ArrayBuffer;
  texts: string[];
}

/** A batch: statement `i` takes the next `argCounts[i]` values. */
export interface StatementFrame extends Frame {
  sql: string[];
  argCounts: number[];
}

/** The results of a batch: result `i` has `rowCounts[i]` rows of `columns[i].length` values each. */
export interface ResultFrame extends Frame {
  columns: string[][];
  rowCounts: number[];
  rowsAffected: number[];
}

export interface FramedResult {
  columns: string[];
  rows: FramedValue[][];
  rowsAffected: number;
}

/** What libSQL gives with integers as numbers; bytes come as a view of the frame. */
export type FramedValue = null | number | bigint | string | Uint8Array;

const tags = { null: 0, number: 1, text: 2, bytes: 3, bigint: 4 } as const;
const valueBytesMax = 17;
const bufferBytesMin = 4_096;
/** Bytes from this length on are looked at whether they are in the batch twice. */
const longBytesMin = 1_024;

/** Writes values; the buffer grows as needed. */
class FrameWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  #end = 0;
  readonly #texts: string[] = [];
  readonly #placeOfText = new Map<string, number>();
  readonly #placeOfBytes = new Map<Uint8Array, number>();

  /** @param bytes for which there is room at once */
  constructor(bytes = 0) {
    this.#bytes = new Uint8Array(Math.max(bytes, bufferBytesMin));
    this.#view = new DataView(this.#bytes.buffer);
  }

  write(value: unknown): void {
    this.#room(valueBytesMax);
    if (value === null || value === undefined) this.#tag(tags.null);
    else if (typeof value === 'number') this.#number(value);
    else if (typeof value === 'string') this.#text(value);
    else if (typeof value === 'boolean') this.#number(value ? 1 : 0);
    else if (typeof value === 'bigint') {
      this.#tag(tags.bigint);
      this.#view.setBigInt64(this.#end, value);
      this.#end += 8;
    } else this.#blob(value instanceof Uint8Array ? value : new Uint8Array(value as ArrayBuffer));
  }

  finish(): Frame {
    return { buffer: this.#bytes.buffer, texts: this.#texts };
  }

  #tag(tag: number): void {
    this.#bytes[this.#end] = tag;
    this.#end += 1;
  }

  #number(value: number): void {
    this.#tag(tags.number);
    this.#view.setFloat64(this.#end, value);
    this.#end += 8;
  }

  #text(value: string): void {
    let place = this.#placeOfText.get(value);
    if (place === undefined) {
      place = this.#texts.push(value) - 1;
      this.#placeOfText.set(value, place);
    }
    this.#tag(tags.text);
    this.#view.setUint32(this.#end, place);
    this.#end += 4;
  }

  #blob(value: Uint8Array): void {
    this.#tag(tags.bytes);
    const known = this.#placeOfBytes.get(value);
    const start = known ?? this.#end + 12;
    this.#view.setFloat64(this.#end, start);
    this.#view.setUint32(this.#end + 8, value.byteLength);
    this.#end += 12;
    if (known !== undefined) return;
    this.#placeOfBytes.set(value, start);
    this.#room(value.byteLength);
    this.#bytes.set(value, this.#end);
    this.#end += value.byteLength;
  }

  #room(bytes: number): void {
    if (this.#end + bytes <= this.#bytes.byteLength) return;
    const grown = new Uint8Array(Math.max(this.#bytes.byteLength * 2, this.#end + bytes));
    grown.set(this.#bytes.subarray(0, this.#end));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

class FrameReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #texts: readonly string[];
  #at = 0;

  constructor({ buffer, texts }: Frame) {
    this.#bytes = new Uint8Array(buffer);
    this.#view = new DataView(buffer);
    this.#texts = texts;
  }

  read(): FramedValue {
    const tag = this.#bytes[this.#at];
    const at = this.#at + 1;
    if (tag === tags.null) {
      this.#at = at;
      return null;
    }
    if (tag === tags.text) {
      this.#at = at + 4;
      return this.#texts[this.#view.getUint32(at)] ?? '';
    }
    this.#at = at + 8;
    if (tag === tags.number) return this.#view.getFloat64(at);
    if (tag === tags.bigint) return this.#view.getBigInt64(at);
    const start = this.#view.getFloat64(at);
    const end = start + this.#view.getUint32(at + 8);
    // Bytes that came before are only named here; new ones lie right behind.
    this.#at = Math.max(at + 12, start === at + 12 ? end : 0);
    return this.#bytes.subarray(start, end);
  }
}

/** @param statements with arguments by place, as all of this program's are */
export function frameStatements(statements: readonly InStatement[]): StatementFrame {
  const writer = new FrameWriter(bytesOf(statements));
  const sql: string[] = [];
  const argCounts: number[] = [];
  for (const statement of statements) {
    const args = argsOf(statement);
    sql.push(typeof statement === 'string' ? statement : statement.sql);
    argCounts.push(args.length);
    for (const arg of args) writer.write(arg);
  }
  return { ...writer.finish(), sql, argCounts };
}

function argsOf(statement: InStatement): readonly InValue[] {
  const args = typeof statement === 'string' ? [] : (statement.args ?? []);
  if (!Array.isArray(args)) throw new Error('arguments go by place, not by name');
  return args;
}

/** About so many bytes are needed: a buffer that grows is copied each time, and the old one is garbage. */
function bytesOf(statements: readonly InStatement[]): number {
  const long = new Set<ArrayBufferView>();
  let bytes = 0;
  for (const statement of statements)
    for (const arg of argsOf(statement)) {
      bytes += valueBytesMax;
      if (!ArrayBuffer.isView(arg)) continue;
      if (arg.byteLength > longBytesMin) long.add(arg);
      else bytes += arg.byteLength;
    }
  for (const { byteLength } of long) bytes += byteLength;
  return bytes;
}

export function readStatements(frame: StatementFrame): { sql: string; args: InValue[] }[] {
  const reader = new FrameReader(frame);
  return frame.sql.map((sql, index) => {
    const args: InValue[] = new Array(frame.argCounts[index] ?? 0);
    for (let arg = 0; arg < args.length; arg += 1) args[arg] = reader.read();
    return { sql, args };
  });
}

/** @param results as the driver gives them; a row's values are read by place */
export function frameResults(
  results: readonly {
    columns: string[];
    rows: readonly ArrayLike<unknown>[];
    rowsAffected: number;
  }[],
): ResultFrame {
  const writer = new FrameWriter();
  for (const { columns, rows } of results) {
    for (const row of rows)
      for (let column = 0; column < columns.length; column += 1) writer.write(row[column]);
  }
  return {
    ...writer.finish(),
    columns: results.map(({ columns }) => columns),
    rowCounts: results.map(({ rows }) => rows.length),
    rowsAffected: results.map(({ rowsAffected }) => rowsAffected),
  };
}

export function readResults(frame: ResultFrame): FramedResult[] {
  const reader = new FrameReader(frame);
  return frame.columns.map((columns, index) => {
    const rows: FramedValue[][] = new Array(frame.rowCounts[index] ?? 0);
    for (let row = 0; row < rows.length; row += 1) {
      const values: FramedValue[] = new Array(columns.length);
      for (let column = 0; column < values.length; column += 1) values[column] = reader.read();
      rows[row] = values;
    }
    return { columns, rows, rowsAffected: frame.rowsAffected[index] ?? 0 };
  });
}
