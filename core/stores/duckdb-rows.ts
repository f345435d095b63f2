/**
 * Rows going into DuckDB: cells are written as DuckDB holds them, a column of a chunk at a time, and copied over in
 * one piece. The value classes of the driver would make an object and several BigInts for each cell.
 */
import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  type DuckDBAppender,
  DuckDBDataChunk,
  type DuckDBType,
  INTEGER,
  TIMESTAMPTZ,
  UUID,
  VARCHAR,
} from '@duckdb/node-api';
import duckdb, { type Vector } from '@duckdb/node-bindings';
import type { Cell } from '../analytics/rows.ts';
import type { TableColumn } from '../analytics/tables.ts';

const types: Record<TableColumn['type'], DuckDBType> = {
  UUID,
  VARCHAR,
  TIMESTAMPTZ,
  BIGINT,
  INTEGER,
  DOUBLE,
  BOOLEAN,
};

/** How many rows a chunk of DuckDB holds. */
const chunkRowsMax = 2_048;
const integerMax = 2_147_483_647;
const wordRange = 2 ** 32;

/** Values of a column until they are in a chunk. A cell of the wrong type is stored as text or left empty. */
abstract class ColumnBuffer {
  protected readonly bytes: ArrayBuffer;
  readonly #width: number;
  /** A bit for each row that has a value. */
  readonly #valid: Uint32Array;
  #hasEmpty = false;

  constructor(rowsMax: number, width: number) {
    this.bytes = new ArrayBuffer(rowsMax * width);
    this.#width = width;
    this.#valid = new Uint32Array(Math.ceil(rowsMax / 64) * 2).fill(0xffff_ffff);
  }

  abstract set(row: number, cell: NonNullable<Cell>): void;

  setEmpty(row: number): void {
    this.#hasEmpty = true;
    const word = row >>> 5;
    this.#valid[word] = (this.#valid[word] as number) & ~(1 << (row & 31));
  }

  /** Copies the first `rows` values into a vector, and is empty again. */
  flush(vector: Vector, rows: number): void {
    duckdb.copy_data_to_vector(vector, 0, this.bytes, 0, rows * this.#width);
    if (!this.#hasEmpty) return;
    duckdb.vector_ensure_validity_writable(vector);
    const { buffer } = this.#valid as Uint32Array<ArrayBuffer>;
    duckdb.copy_data_to_vector_validity(vector, 0, buffer, 0, Math.ceil(rows / 64) * 8);
    this.#valid.fill(0xffff_ffff);
    this.#hasEmpty = false;
  }
}

/** DuckDB keeps texts up to this many bytes in the vector itself: length, then the bytes. */
const inlineBytesMax = 12;
const textWidth = 16;

class TextColumn extends ColumnBuffer {
  readonly #bytes = new Uint8Array(this.bytes);
  readonly #words = new Uint32Array(this.bytes);
  /** Texts that do not fit in, and their rows. */
  readonly #longTexts: string[] = [];
  readonly #longRows: number[] = [];

  constructor(rowsMax: number) {
    super(rowsMax, textWidth);
  }

  set(row: number, cell: NonNullable<Cell>): void {
    const text = typeof cell === 'string' ? cell : String(cell);
    const word = row * (textWidth / 4);
    this.#clear(word);
    if (text.length > inlineBytesMax || !this.#setInline(row, text)) {
      this.#longTexts.push(text);
      this.#longRows.push(row);
    } else this.#words[word] = text.length;
  }

  /** Only ASCII: of other texts the driver knows the bytes. */
  #setInline(row: number, text: string): boolean {
    const start = row * textWidth + 4;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (code === 0 || code > 127) return false;
      this.#bytes[start + index] = code;
    }
    return true;
  }

  override setEmpty(row: number): void {
    super.setEmpty(row);
    this.#clear(row * (textWidth / 4));
  }

  /** By hand: calling `fill` for four words takes longer than they do. */
  #clear(word: number): void {
    this.#words[word] = 0;
    this.#words[word + 1] = 0;
    this.#words[word + 2] = 0;
    this.#words[word + 3] = 0;
  }

  override flush(vector: Vector, rows: number): void {
    // What was begun in place of a long text must not pass for one.
    for (const row of this.#longRows) this.#clear(row * (textWidth / 4));
    super.flush(vector, rows);
    for (let index = 0; index < this.#longRows.length; index += 1) {
      const row = this.#longRows[index] as number;
      duckdb.vector_assign_string_element(vector, row, this.#longTexts[index] as string);
    }
    this.#longTexts.length = 0;
    this.#longRows.length = 0;
  }
}

const uuidDigits = 32;
const uuidWidth = 16;
/** DuckDB flips the first bit of a UUID, so that their order as numbers is that of their texts. */
const firstBit = 0x8000_0000;

/** UUIDs as 32 hex digits: the lower half first, each half with its lowest bytes first. */
class UuidColumn extends ColumnBuffer {
  readonly #words = new Uint32Array(this.bytes);
  /** The rows of one session have its id in common. */
  #last = '';
  #lastRow = 0;

  constructor(rowsMax: number) {
    super(rowsMax, uuidWidth);
  }

  set(row: number, cell: NonNullable<Cell>): void {
    const text = String(cell);
    const at = row * 4;
    if (text === this.#last) {
      this.#words.copyWithin(at, this.#lastRow * 4, this.#lastRow * 4 + 4);
      return;
    }
    const hex = text.padStart(uuidDigits, '0');
    if (hex.length > uuidDigits) throw new RangeError(`${text} is no UUID`);
    this.#words[at + 3] = wordOf(hex, 0) ^ firstBit;
    this.#words[at + 2] = wordOf(hex, 8);
    this.#words[at + 1] = wordOf(hex, 16);
    this.#words[at] = wordOf(hex, 24);
    this.#last = text;
    this.#lastRow = row;
  }

  override flush(vector: Vector, rows: number): void {
    super.flush(vector, rows);
    this.#last = '';
  }
}

/** Eight hex digits as a number. */
function wordOf(hex: string, from: number): number {
  let word = 0;
  for (let index = from; index < from + 8; index += 1) {
    const code = hex.charCodeAt(index);
    let digit = code - 48;
    if (digit > 9) digit = (code | 32) - 87;
    if (!(digit >= 0 && digit <= 15)) throw new SyntaxError(`${hex} is no UUID`);
    word = (word << 4) | digit;
  }
  return word;
}

/** Whole numbers of 64 bits, times a factor: instants are held in microseconds. */
class WholeColumn extends ColumnBuffer {
  readonly #words = new Uint32Array(this.bytes);
  readonly #whole = new BigInt64Array(this.bytes);
  readonly #factor: number;

  constructor(rowsMax: number, factor: number) {
    super(rowsMax, 8);
    this.#factor = factor;
  }

  set(row: number, cell: NonNullable<Cell>): void {
    if (!Number.isSafeInteger(cell)) {
      this.setEmpty(row);
      return;
    }
    const value = (cell as number) * this.#factor;
    if (Number.isSafeInteger(value)) {
      const high = Math.floor(value / wordRange);
      this.#words[row * 2] = value - high * wordRange;
      this.#words[row * 2 + 1] = high;
    } else this.#whole[row] = BigInt(cell) * BigInt(this.#factor);
  }
}

class IntegerColumn extends ColumnBuffer {
  readonly #values = new Int32Array(this.bytes);

  constructor(rowsMax: number) {
    super(rowsMax, 4);
  }

  set(row: number, cell: NonNullable<Cell>): void {
    if (Number.isSafeInteger(cell) && Math.abs(Number(cell)) <= integerMax)
      this.#values[row] = cell as number;
    else this.setEmpty(row);
  }
}

class DoubleColumn extends ColumnBuffer {
  readonly #values = new Float64Array(this.bytes);

  constructor(rowsMax: number) {
    super(rowsMax, 8);
  }

  set(row: number, cell: NonNullable<Cell>): void {
    if (Number.isFinite(cell)) this.#values[row] = cell as number;
    else this.setEmpty(row);
  }
}

class BooleanColumn extends ColumnBuffer {
  readonly #values = new Uint8Array(this.bytes);

  constructor(rowsMax: number) {
    super(rowsMax, 1);
  }

  set(row: number, cell: NonNullable<Cell>): void {
    this.#values[row] = cell === true ? 1 : 0;
  }
}

function columnBuffer(type: TableColumn['type'], rowsMax: number): ColumnBuffer {
  switch (type) {
    case 'VARCHAR':
      return new TextColumn(rowsMax);
    case 'UUID':
      return new UuidColumn(rowsMax);
    case 'TIMESTAMPTZ':
      return new WholeColumn(rowsMax, 1_000);
    case 'BIGINT':
      return new WholeColumn(rowsMax, 1);
    case 'INTEGER':
      return new IntegerColumn(rowsMax);
    case 'DOUBLE':
      return new DoubleColumn(rowsMax);
    default:
      return new BooleanColumn(rowsMax);
  }
}

/**
 * Appends rows of cells to a table, a chunk at a time. One odd cell does not hold back the batch that it is in.
 * @param rowsExpected how many rows will come, so that few do not get the room of many
 */
export function appendRows(
  appender: DuckDBAppender,
  columns: readonly TableColumn[],
  rows: Iterable<readonly Cell[]>,
  rowsExpected: number,
): void {
  try {
    writeChunks(appender, columns, rows, Math.max(1, Math.min(rowsExpected, chunkRowsMax)));
    appender.closeSync();
  } catch (error) {
    discard(appender);
    throw error;
  }
}

/**
 * An appender that is left to the collector of garbage writes what it has at some later time, then outside of any
 * transaction, and closing it is writing, too. What it says meanwhile is that the transaction has failed, and no more
 * why.
 */
function discard(appender: DuckDBAppender): void {
  try {
    appender.clear();
    appender.closeSync();
  } catch {
    // The reason is known already.
  }
}

function writeChunks(
  appender: DuckDBAppender,
  columns: readonly TableColumn[],
  rows: Iterable<readonly Cell[]>,
  rowsMax: number,
): void {
  const chunkTypes = columns.map(({ type }) => types[type]);
  const buffers = columns.map(({ type }) => columnBuffer(type, rowsMax));
  let filled = 0;
  const flush = () => {
    if (filled === 0) return;
    const chunk = DuckDBDataChunk.create(chunkTypes, filled);
    for (let index = 0; index < buffers.length; index += 1)
      buffers[index]?.flush(duckdb.data_chunk_get_vector(chunk.chunk, index), filled);
    appender.appendDataChunk(chunk);
    filled = 0;
  };
  for (const cells of rows) {
    for (let index = 0; index < buffers.length; index += 1) {
      const cell = cells[index];
      const buffer = buffers[index] as ColumnBuffer;
      if (cell === undefined || cell === null) buffer.setEmpty(filled);
      else buffer.set(filled, cell);
    }
    filled += 1;
    if (filled === rowsMax) flush();
  }
  flush();
}
