/**
 * Counts the hits that wait in the inbox without reading the whole of it each time: a backlog is asked for many times
 * while it is worked off. Blocks of positions that are full are counted once; nothing comes into them any more.
 */
import type { InStatement, ResultSet } from '@libsql/client';
import { inTurn } from '../in-turn.ts';
import type { SqlBatch } from './libsql-file.ts';

const rowsPerBlockUsual = 4_096;
/** Counted in one batch: others wait for the file no longer than that takes. */
const blocksPerBatch = 8;

/** Of whom hits are counted: of one dataset or (undefined) of all, behind a position. */
export interface WaitingPlace {
  dataset: string | undefined;
  after: number;
}

export interface WaitingHits {
  /**
   * Counts, and runs other statements at the very same moment.
   * @returns one number for each place, and the results of the statements
   */
  count(
    places: readonly WaitingPlace[],
    beside?: readonly InStatement[],
  ): Promise<{ waiting: number[]; results: ResultSet[] }>;
  /** Counts all anew at the next call: rows behind a position were removed, or the position went back. */
  forget(): void;
}

const inRange =
  'SELECT dataset, count(*) AS hits FROM hit_inbox WHERE seq >= ? AND seq < ? AND hit_id IS NOT NULL';
const ofBlocks = `SELECT seq / CAST(?3 AS INTEGER) AS block, dataset, count(*) AS hits FROM hit_inbox
  WHERE seq >= ?1 AND seq < ?2 AND hit_id IS NOT NULL GROUP BY 1, 2`;
const bounds = `SELECT coalesce((SELECT min(seq) FROM hit_inbox), 0) AS first,
  coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'hit_inbox'), 0) AS last`;

/** @param rowsPerBlock positions of a block */
export function openWaitingHits(hits: SqlBatch, rowsPerBlock = rowsPerBlockUsual): WaitingHits {
  /** Block → hits by dataset. */
  const blocks = new Map<number, Map<string, number>>();
  const counting = inTurn();

  /** Counts the full blocks that are not known, from one on. Gives the first that is not full. */
  async function countBlocks(first: number): Promise<number> {
    const [result] = await hits.batch([bounds], 'read');
    const row = result?.rows[0];
    const begin = Math.floor(Number(row?.first) / rowsPerBlock);
    const end = Math.max(first, Math.floor((Number(row?.last) + 1) / rowsPerBlock));
    for (const known of blocks.keys()) if (known < begin) blocks.delete(known);
    for (let block = Math.max(begin, first); block < end; block += 1) {
      if (blocks.has(block)) continue;
      await countRun(block, Math.min(block + blocksPerBatch, end));
    }
    return end;
  }

  async function countRun(from: number, to: number): Promise<void> {
    const args = [from * rowsPerBlock, to * rowsPerBlock, rowsPerBlock];
    const [result] = await hits.batch([{ sql: ofBlocks, args }], 'read');
    const counted = new Map<number, Map<string, number>>();
    for (let block = from; block < to; block += 1) counted.set(block, new Map());
    for (const row of result?.rows ?? [])
      counted.get(Number(row.block))?.set(String(row.dataset), Number(row.hits));
    for (const [block, ofDatasets] of counted) blocks.set(block, ofDatasets);
  }

  /** What the blocks hold of a place from its first whole block on. */
  function inBlocks({ dataset, after }: WaitingPlace): number {
    let sum = 0;
    for (const [block, ofDatasets] of blocks) {
      if (block < firstBlock(after)) continue;
      if (dataset !== undefined) sum += ofDatasets.get(dataset) ?? 0;
      else for (const count of ofDatasets.values()) sum += count;
    }
    return sum;
  }

  const firstBlock = (after: number) => Math.ceil((after + 1) / rowsPerBlock);

  async function countNow(places: readonly WaitingPlace[], beside: readonly InStatement[]) {
    if (places.length === 0) return { waiting: [], results: [] };
    const end = await countBlocks(Math.min(...places.map(({ after }) => firstBlock(after))));
    const range = (dataset: string | undefined, from: number, to: number): InStatement =>
      dataset === undefined
        ? { sql: inRange, args: [from, to] }
        : { sql: `${inRange} AND dataset = ?`, args: [from, to, dataset] };
    const results = await hits.batch(
      [
        ...places.flatMap(({ dataset, after }) => {
          const head = Math.min(firstBlock(after), end) * rowsPerBlock;
          return [
            range(dataset, after + 1, head),
            range(dataset, Math.max(after + 1, end * rowsPerBlock), Number.MAX_SAFE_INTEGER),
          ];
        }),
        ...beside,
      ],
      'read',
    );
    const counted = results.map((result) => Number(result.rows[0]?.hits ?? 0));
    return {
      waiting: places.map(
        (place, index) =>
          inBlocks(place) + (counted[2 * index] ?? 0) + (counted[2 * index + 1] ?? 0),
      ),
      results: results.slice(2 * places.length),
    };
  }

  return {
    // Two that begin together would count the same blocks.
    count: (places, beside = []) => counting.run(() => countNow(places, beside)),
    forget: () => blocks.clear(),
  };
}
