/** The commands by which data is taken away: publish, export, read tokens, and saved queries. */

import { createHash } from 'node:crypto';
import { createWriteStream, readFileSync, renameSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { InvalidArgumentError } from 'commander';
import { countedNoun } from '../core/contract/counted-noun.ts';
import { type Export, type ReadToken, tokenLimits } from '../core/contract/export.ts';
import { Problem } from '../core/contract/problem.ts';
import type { Published } from '../core/contract/published.ts';
import {
  type Parameter,
  type ParameterType,
  parameterTypes,
  type SavedQuery,
} from '../core/contract/saved-query.ts';
import type { ApiClient } from '../core/http/api-client.ts';
import { showInvisible } from '../reports/html/format.ts';
import { alignColumns } from '../reports/run/align-columns.ts';
import { list, numberUpTo } from './option-values.ts';
import { bytesDone, type ProgressLine, progressLine, whileWaiting } from './progress-line.ts';
import type { CommandDesk } from './upkeep.ts';

const pathOf = (slug: string) => `/api/datasets/${encodeURIComponent(slug)}`;
/** How often a download that broke off is taken up again. */
const triesMax = 5;

/** @throws InvalidArgumentError for what is no assignment */
export function readParameters(assignments: readonly string[], isTyped: boolean) {
  const values: Record<string, string> = {};
  const parameters: { name: string; type: ParameterType }[] = [];
  for (const text of assignments) {
    const [, name = '', type = 'text', value = ''] =
      /^([^:=]+)(?::([^=]+))?=(.*)$/s.exec(text) ?? [];
    if (name === '' || !parameterTypes.includes(type as ParameterType))
      throw new InvalidArgumentError(
        `"${text}" is not NAME=VALUE or NAME:TYPE=VALUE. Types: ${parameterTypes.join(', ')}.`,
      );
    values[name] = value;
    parameters.push({ name, type: type as ParameterType });
  }
  return isTyped ? { parameters, values } : { values };
}

export function addExportCommands<O extends { json?: boolean }>(desk: CommandDesk<O>): void {
  const { command, withApi, out, outJson } = desk;
  command('publish', 'write the days that have changed as Parquet files')
    .requiredOption('--dataset <slug>', 'the dataset to publish')
    .action(async (options: O & { dataset: string }) => {
      const made = await withApi(options, (api) =>
        api.json<Published>('POST', `${pathOf(options.dataset)}/publish`),
      );
      if (options.json) return outJson(made);
      const { written, days, files, rows, bytes } = made;
      out(
        `Wrote ${countedNoun(written.length, 'day')}. Published: ${countedNoun(days, 'day')}, ${countedNoun(files, 'file')}, ${countedNoun(rows, 'row')}, ${bytes} bytes.`,
      );
    });

  command('export', 'make a DuckDB file of the public views, and fetch it')
    .requiredOption('--dataset <slug>', 'the dataset to export')
    .requiredOption('--out <file>', 'the file to write')
    .option('--from <date>', 'first day, like 2026-11-14 (else everything)')
    .option('--to <date>', 'day after the last day')
    .action(async (options: O & { dataset: string; out: string; from?: string; to?: string }) => {
      const { from, to, dataset } = options;
      if ((from === undefined) !== (to === undefined))
        throw new InvalidArgumentError('Give both --from and --to, or none.');
      const line = progressLine();
      const made = await withApi(options, async (api) => {
        const range = from === undefined ? {} : { range: { from, to } };
        const making = api.json<Export>('POST', `${pathOf(dataset)}/exports`, range);
        const one = await whileWaiting(line, 'Making the file …', making);
        await fetchExport(api, { slug: dataset, made: one, file: options.out, line });
        await api.request('DELETE', `${pathOf(dataset)}/exports/${one.id}`);
        return one;
      }).finally(line.end);
      if (options.json) outJson({ ...made, file: options.out });
      else {
        const rows = Object.entries(made.rows).map(([view, count]) => `${count} ${view}`);
        out(`Wrote ${options.out}: ${made.bytes} bytes; ${rows.join(', ')}.`);
      }
    });
  addTokenCommands(desk);
  addSavedQueryCommands(desk);
}

/** Writes beside, goes on where a download broke off, and puts the file in place when its hash is right. */
async function fetchExport(
  api: ApiClient,
  asked: { slug: string; made: Export; file: string; line: ProgressLine },
): Promise<void> {
  const { slug, made, file, line } = asked;
  const aside = `${file}.part`;
  rmSync(aside, { force: true });
  const sizeNow = async () => {
    const handle = await open(aside, 'a');
    const { size } = await handle.stat();
    await handle.close();
    return size;
  };
  for (let tries = 1; ; tries += 1) {
    const start = await sizeNow();
    if (start === made.bytes) break;
    let done = start;
    const counted = new Transform({
      transform(piece: Buffer, _encoding, next) {
        done += piece.length;
        line.show(`Fetching it … ${bytesDone(done, made.bytes)}`);
        next(undefined, piece);
      },
    });
    try {
      const headers = { Range: `bytes=${start}-`, 'If-Range': `"${made.sha256}"` };
      const path = `${pathOf(slug)}/exports/${made.id}`;
      const { body } = await api.request('GET', path, undefined, headers);
      if (body === null) throw new Error('the answer is empty');
      const out = createWriteStream(aside, { flags: 'a' });
      await pipeline(Readable.fromWeb(body as never), counted, out);
    } catch (error) {
      if (error instanceof Problem || tries === triesMax) throw error;
    }
  }
  const hash = createHash('sha256');
  const handle = await open(aside);
  for await (const piece of handle.createReadStream()) hash.update(piece as Buffer);
  if (hash.digest('hex') !== made.sha256) {
    rmSync(aside, { force: true });
    throw new Problem('file_unreadable', `${file} did not arrive whole. Try again.`);
  }
  renameSync(aside, file);
}

const dayOf = (ms: number | undefined) =>
  ms === undefined ? 'never' : new Date(ms).toISOString().slice(0, 10);

function addTokenCommands<O extends { json?: boolean }>(desk: CommandDesk<O>): void {
  const { group, withApi, out, outJson } = desk;
  const token = group('token', 'tokens by which programs read the published files');
  token('create <name>', 'make a read token; one of the same name ends')
    .requiredOption('--dataset <slug>', 'the dataset that it opens')
    .option(
      '--days <days>',
      `how long it holds: 1 to ${tokenLimits.daysMax}`,
      numberUpTo(tokenLimits.daysMax),
      tokenLimits.daysUsual,
    )
    .action(async (name: string, options: O & { dataset: string; days: number }) => {
      const made = await withApi(options, (api) =>
        api.json<ReadToken & { token: string }>('POST', `${pathOf(options.dataset)}/tokens`, {
          name,
          days: options.days,
        }),
      );
      if (options.json) outJson(made);
      else out(`${made.token}\nIt holds until ${dayOf(made.expiresAt)}, and is not shown again.`);
    });
  token('list', 'list the read tokens')
    .requiredOption('--dataset <slug>', 'the dataset')
    .action(async (options: O & { dataset: string }) => {
      const { tokens } = await withApi(options, (api) =>
        api.json<{ tokens: ReadToken[] }>('GET', `${pathOf(options.dataset)}/tokens`),
      );
      if (options.json) return outJson(tokens);
      const rows = tokens.map(({ name, expiresAt, lastUsedAt }) => [
        showInvisible(name),
        dayOf(expiresAt),
        dayOf(lastUsedAt),
      ]);
      out(alignColumns([['token', 'holds until', 'last used'], ...rows], () => false).join('\n'));
    });
  token('delete <name>', 'end a read token')
    .requiredOption('--dataset <slug>', 'the dataset')
    .action(async (name: string, options: O & { dataset: string }) => {
      const path = `${pathOf(options.dataset)}/tokens/${encodeURIComponent(name)}`;
      await withApi(options, (api) => api.request('DELETE', path));
      if (options.json) outJson({ deleted: name });
      else out(`Ended the token ${showInvisible(name)}.`);
    });
}

function addSavedQueryCommands<O extends { json?: boolean }>(desk: CommandDesk<O>): void {
  const { group, withApi, out, outJson } = desk;
  const query = group('saved-query', 'SQL that is kept under a name');
  query('save <name>', 'keep a query; one of the same name is replaced')
    .requiredOption('--dataset <slug>', 'the dataset')
    .option('--sql <sql>', 'the SQL')
    .option('--file <file>', 'the file that holds the SQL')
    .option('--param <declaration>', 'NAME:TYPE or NAME:TYPE=DEFAULT (repeat)', list, [])
    .action(
      async (
        name: string,
        options: O & { dataset: string; sql?: string; file?: string; param: string[] },
      ) => {
        if ((options.sql === undefined) === (options.file === undefined))
          throw new InvalidArgumentError('Give the SQL with --sql, or its file with --file.');
        const sql = options.sql ?? readFileSync(options.file ?? '', 'utf8');
        const path = `${pathOf(options.dataset)}/queries/${encodeURIComponent(name)}`;
        const parameters = options.param.map(declaration);
        const saved = await withApi(options, (api) =>
          api.json<SavedQuery>('PUT', path, { sql, parameters }),
        );
        if (options.json) outJson(saved);
        else out(`Saved the query ${showInvisible(saved.name)}.`);
      },
    );
  query('list', 'list the saved queries')
    .requiredOption('--dataset <slug>', 'the dataset')
    .action(async (options: O & { dataset: string }) => {
      const { queries } = await withApi(options, (api) =>
        api.json<{ queries: SavedQuery[] }>('GET', `${pathOf(options.dataset)}/queries`),
      );
      if (options.json) return outJson(queries);
      const rows = queries.map(({ name, parameters }) => [
        showInvisible(name),
        parameters.map((one) => `${one.name}:${one.type}`).join(' '),
      ]);
      out(alignColumns([['query', 'parameters'], ...rows], () => false).join('\n'));
    });
  query('delete <name>', 'remove a saved query')
    .requiredOption('--dataset <slug>', 'the dataset')
    .action(async (name: string, options: O & { dataset: string }) => {
      const path = `${pathOf(options.dataset)}/queries/${encodeURIComponent(name)}`;
      await withApi(options, (api) => api.request('DELETE', path));
      if (options.json) outJson({ deleted: name });
      else out(`Removed the query ${showInvisible(name)}.`);
    });
}

function declaration(text: string): Parameter {
  const [, name = '', type = '', value] = /^([^:=]+):([a-z]+)(?:=(.*))?$/s.exec(text) ?? [];
  if (!parameterTypes.includes(type as ParameterType))
    throw new InvalidArgumentError(
      `"${text}" is not NAME:TYPE or NAME:TYPE=DEFAULT. Types: ${parameterTypes.join(', ')}.`,
    );
  return { name, type: type as ParameterType, ...(value === undefined ? {} : { default: value }) };
}
