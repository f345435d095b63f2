/** `canister query`: one SELECT over the public views, printed or written into a file. */
import { createWriteStream, writeFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { InvalidArgumentError } from 'commander';
import { queryLimits, type SqlAnswer } from '../core/contract/query.ts';
import { showInvisible } from '../reports/html/format.ts';
import { alignColumns } from '../reports/run/align-columns.ts';
import { cellText, sqlToCsv, sqlToObjects } from '../reports/run/sql-file.ts';
import { readParameters } from './export.ts';
import { list, numberUpTo } from './option-values.ts';
import type { CommandDesk } from './upkeep.ts';

type Note = (text: string) => void;

/** What answers are printed by, whatever the options of a command are. */
interface QueryDesk {
  out(text: string): void;
  outJson(value: unknown): void;
  /** Progress and advice. */
  note: Note;
}

export function addQueryCommand<O extends { json?: boolean }>(
  desk: CommandDesk<O> & QueryDesk,
): void {
  const { command, withApi, note } = desk;
  command('query [sql]', 'run one SELECT over the public views')
    .requiredOption('--dataset <slug>', 'the dataset to ask')
    .option('--saved <name>', 'a saved query instead of SQL')
    .option(
      '--param <assignment>',
      'a value for $NAME: NAME=VALUE, or NAME:TYPE=VALUE where the SQL is no saved one (repeat)',
      list,
      [],
    )
    .option('--csv', 'print the rows as CSV')
    .option('--xlsx <file>', 'write the rows into an XLSX file')
    .option('--parquet <file>', 'write the rows into a Parquet file')
    .option(
      '--limit <rows>',
      'at most this many rows',
      numberUpTo(queryLimits.rowsMax),
      queryLimits.rowsMax,
    )
    .action(
      async (
        sql: string | undefined,
        options: O & {
          dataset: string;
          csv?: boolean;
          xlsx?: string;
          parquet?: string;
          saved?: string;
          param: string[];
          limit: number;
        },
      ) => {
        if ((sql === undefined) === (options.saved === undefined))
          throw new InvalidArgumentError('Give SQL, or the name of a saved query with --saved.');
        const answer = await withApi(options, (api) =>
          api.json<SqlAnswer>('POST', `/api/datasets/${options.dataset}/sql`, {
            ...(sql === undefined ? { query: options.saved } : { sql }),
            ...readParameters(options.param, sql !== undefined),
            rowsMax: options.limit,
          }),
        );
        const { xlsx, parquet } = options;
        if (xlsx !== undefined) await writeXlsx(note, answer, xlsx);
        if (parquet !== undefined) await writeParquet(note, answer, parquet);
        if (xlsx === undefined && parquet === undefined) printRows(desk, answer, options);
      },
    );
}

function printRows(
  { out, outJson, note }: QueryDesk,
  answer: SqlAnswer,
  format: { json?: boolean; csv?: boolean },
): void {
  const names = answer.columns.map(({ name }) => name);
  if (format.json) outJson(sqlToObjects(answer));
  else if (format.csv) out(sqlToCsv(answer));
  else {
    const lines = answer.rows.map((row) =>
      row.map((cell) => showInvisible(String(cellText(cell)))),
    );
    out(
      alignColumns([names, ...lines], (index) => isNumeric(answer.columns[index]?.type ?? '')).join(
        '\n',
      ),
    );
  }
  noteTruncated(note, answer);
}

function noteTruncated(note: Note, { truncated, rows }: SqlAnswer): void {
  if (!truncated) return;
  const advice =
    rows.length < queryLimits.rowsMax
      ? `Raise --limit (up to ${queryLimits.rowsMax}) or ask for less.`
      : 'Ask for less, or take the data as a file: canister export';
  note(`There are more rows; these are the first ${rows.length}. ${advice}`);
}

async function writeParquet(note: Note, answer: SqlAnswer, file: string): Promise<void> {
  const { answerToParquet } = await import('../reports/run/table-parquet.ts');
  writeFileSync(file, answerToParquet(answer));
  note(`Wrote ${answer.rows.length} rows to ${file}.`);
  noteTruncated(note, answer);
}

async function writeXlsx(note: Note, answer: SqlAnswer, file: string): Promise<void> {
  const { columns, rows } = answer;
  const { xlsxStream } = await import('../reports/run/report-xlsx.ts');
  const lines = rows.map((row) => row.map(cellText));
  await pipeline(xlsxStream([columns.map(({ name }) => name), ...lines]), createWriteStream(file));
  note(`Wrote ${rows.length} rows to ${file}.`);
  noteTruncated(note, answer);
}

const isNumeric = (type: string) =>
  /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|FLOAT|DECIMAL)/.test(type);
