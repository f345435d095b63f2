/** The commands about one visitor: everything that is kept, given out or removed. */
import { InvalidArgumentError } from 'commander';
import { countedNoun } from '../core/contract/counted-noun.ts';
import type {
  Erasure,
  ErasureReport,
  VisitorChoice,
  VisitorFigures,
} from '../core/contract/erasure.ts';
import type { ApiClient } from '../core/http/api-client.ts';
import type { CommandDesk } from './upkeep.ts';

const exitFailed = 1;
const askEveryMsMax = 500;
const pathOf = (slug: string) => `/api/datasets/${encodeURIComponent(slug)}`;

interface VisitorOptions {
  dataset: string;
  user?: string;
}

export function addVisitorCommands<O extends { json?: boolean }>(desk: CommandDesk<O>): void {
  const { group, withApi, out, outJson } = desk;
  const visitor = group('visitor', 'give out or remove what is kept of one visitor');

  visitor('export [key]', 'print all sessions of a visitor, a line of JSON each')
    .requiredOption('--dataset <slug>', 'the dataset')
    .option('--user <id>', 'the user id instead of a visitor key')
    .action(async (key: string | undefined, options: O & VisitorOptions) => {
      const choice = choiceOf(key, options.user);
      await withApi(options, async (api) => {
        const path = `${pathOf(options.dataset)}/visitors/export`;
        const response = await api.request('POST', path, choice);
        for await (const piece of response.body ?? []) process.stdout.write(piece);
      });
    });

  visitor('erase [key]', 'remove everything of a visitor, for good')
    .requiredOption('--dataset <slug>', 'the dataset')
    .option('--user <id>', 'the user id instead of a visitor key')
    .option('--yes', 'do it; without this it only says what would go')
    .action(async (key: string | undefined, options: O & VisitorOptions & { yes?: boolean }) => {
      const choice = choiceOf(key, options.user);
      const path = pathOf(options.dataset);
      if (options.yes !== true) {
        const figures = await withApi(options, (api) =>
          api.json<VisitorFigures>('POST', `${path}/visitors/look`, choice),
        );
        if (options.json) outJson(figures);
        else out(describeFigures(figures));
        return;
      }
      const report = await withApi(options, (api) => erase(api, path, choice));
      if (options.json) outJson(report);
      else out(describeReport(report));
      if (report.proof.found.length > 0) process.exitCode = exitFailed;
    });
}

function choiceOf(visitor: string | undefined, user: string | undefined): VisitorChoice {
  if ((visitor === undefined) === (user === undefined))
    throw new InvalidArgumentError('Name either a visitor key, or a user with --user.');
  return visitor === undefined ? { user } : { visitor };
}

/** Begins it, and asks after it until it has come through. */
async function erase(api: ApiClient, path: string, choice: VisitorChoice): Promise<ErasureReport> {
  const { number } = await api.json<Erasure>('POST', `${path}/erasures`, choice);
  for (let waitMs = 20; ; waitMs = Math.min(waitMs * 2, askEveryMsMax)) {
    const { erasures } = await api.json<{ erasures: Erasure[] }>('GET', `${path}/erasures`);
    const found = erasures.find((one) => one.number === number);
    if (found?.report) return found.report;
    if (found?.state === 'failed')
      throw new Error(`The erasure stopped: ${found.reason}. The next start goes on with it.`);
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

const describeFigures = ({ sessions, hits, activeSessions }: VisitorFigures) =>
  `Would be removed for good: ${countedNoun(sessions, 'session')} with ${countedNoun(hits, 'hit')}, and ${countedNoun(activeSessions, 'active session')}. To do it: --yes`;

function describeReport({ proof, ...report }: ErasureReport): string {
  const { values, files, bytes, records, found } = proof;
  return [
    `Removed: ${countedNoun(report.sessions, 'session')}, ${countedNoun(report.inboxHits, 'hit')} of the inbox, ${report.setAsideHits} set aside, ${countedNoun(report.messages, 'message')}, ${countedNoun(report.exports, 'export')}. Segments written anew: ${report.segments}.`,
    `Looked for ${countedNoun(values, 'value')} in ${countedNoun(files, 'file')} (${bytes} bytes) and ${countedNoun(records, 'opened record')}: ${found.length === 0 ? 'nothing is left.' : 'something is left.'}`,
    ...found.map(({ place, kind }) => `  ${place}: ${kind}`),
  ].join('\n');
}
