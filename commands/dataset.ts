/** The commands for datasets: made, listed, changed and deleted. */
import { InvalidArgumentError } from 'commander';
import { countedNoun } from '../core/contract/counted-noun.ts';
import type { Dataset } from '../core/contract/dataset.ts';
import { revisionOf } from '../core/contract/revision.ts';
import type { DatasetStatus } from '../core/contract/status.ts';
import { alignColumns } from '../reports/run/align-columns.ts';
import { changeKept } from './change-kept.ts';
import { list, wholeNumber } from './option-values.ts';
import type { CommandDesk } from './upkeep.ts';

const pathOf = (slug: string) => `/api/datasets/${encodeURIComponent(slug)}`;

export function addDatasetCommands<O extends { json?: boolean }>(
  desk: CommandDesk<O> & { note: (text: string) => void },
): void {
  const { withApi, out, outJson, note } = desk;
  const dataset = desk.group('dataset', 'make, list, change and delete datasets');
  dataset('create <slug>', 'make a dataset; its write key goes into the tracker snippet')
    .option('--name <name>', 'name shown in the console')
    .option('--time-zone <zone>', 'time zone in which reports are cut', 'UTC')
    .option(
      '--host <host>',
      'a host of the site (repeat for several; *.example covers all below)',
      list,
      [],
    )
    .option('--idle-timeout-ms <ms>', 'how long a session may be idle', wholeNumber)
    .option('--cut-at-midnight', 'end sessions when the day ends in the time zone')
    .option('--cut-on-new-campaign', 'end a session when its visitor comes by another campaign')
    .action(
      async (
        slug: string,
        options: O & {
          name?: string;
          timeZone: string;
          host: string[];
          idleTimeoutMs?: number;
          cutAtMidnight?: boolean;
          cutOnNewCampaign?: boolean;
        },
      ) => {
        const { name, timeZone, host: hosts, idleTimeoutMs } = options;
        const { cutAtMidnight, cutOnNewCampaign } = options;
        const made = await withApi(options, (api) =>
          api.json<Dataset>('POST', '/api/datasets', {
            slug,
            name,
            timeZone,
            hosts,
            idleTimeoutMs,
            cutAtMidnight,
            cutOnNewCampaign,
          }),
        );
        if (options.json) outJson(made);
        else out(`Made the dataset ${made.slug}. Its write key: ${made.writeKey}`);
      },
    );
  dataset('list', 'list the datasets').action(async (options: O) => {
    const { datasets } = await withApi(options, (api) =>
      api.json<{ datasets: Dataset[] }>('GET', '/api/datasets'),
    );
    if (options.json) outJson(datasets);
    else if (datasets.length === 0)
      note('There is no dataset yet. Make one with: canister dataset create SLUG');
    else {
      const rows = datasets.map(({ slug, name, timeZone, writeKey }) => [
        slug,
        name,
        timeZone,
        writeKey,
      ]);
      out(
        alignColumns([['slug', 'name', 'time zone', 'write key'], ...rows], () => false).join('\n'),
      );
    }
  });
  dataset('change <slug>', 'give a dataset another name, time zone or other hosts')
    .option('--name <name>', 'name shown in the console')
    .option('--time-zone <zone>', 'time zone in which reports are cut')
    .option(
      '--host <host>',
      'a host of the site, instead of those it has (repeat for several)',
      list,
      [],
    )
    .option('--any-host', 'take hits of all hosts')
    .action(
      async (
        slug: string,
        options: O & { name?: string; timeZone?: string; host: string[]; anyHost?: boolean },
      ) => {
        const { name, timeZone, host, anyHost } = options;
        if (anyHost && host.length > 0)
          throw new InvalidArgumentError('Give either --host or --any-host.');
        if (name === undefined && timeZone === undefined && host.length === 0 && !anyHost) {
          throw new InvalidArgumentError(
            'Say what to change: --name, --time-zone, --host or --any-host.',
          );
        }
        const changed = await withApi(options, async (api) => {
          const { hosts, ...read } = await api.json<Dataset>('GET', pathOf(slug));
          const present = { name: read.name, timeZone: read.timeZone, hosts };
          const wanted = {
            name: name ?? present.name,
            timeZone: timeZone ?? present.timeZone,
            hosts: anyHost ? [] : host.length > 0 ? host : hosts,
          };
          return await changeKept<Dataset>(api, {
            path: pathOf(slug),
            revision: revisionOf(present),
            wanted,
            look: 'dataset list',
          });
        });
        if (options.json) outJson(changed);
        else
          out(
            `${changed.slug} is called "${changed.name}", cuts its days in ${changed.timeZone}, and takes ${hostsOf(changed)}.`,
          );
      },
    );
  dataset('renew-key <slug>', 'give a dataset another write key')
    .option('--yes', 'do it; without this it only says what would happen')
    .action(async (slug: string, options: O & { yes?: boolean }) => {
      const changed = await withApi(options, (api) =>
        options.yes
          ? api.json<Dataset>('POST', `${pathOf(slug)}/write-key`)
          : api.json<Dataset>('GET', pathOf(slug)),
      );
      if (options.json) outJson(changed);
      else if (options.yes) out(`The write key of ${slug} is now ${changed.writeKey}`);
      else
        out(
          `Hits with ${changed.writeKey} would be refused from then on: every page of the site needs the new snippet. To do it: --yes`,
        );
    });
  dataset('delete <slug>', 'delete a dataset with all that is kept of it')
    .option('--yes', 'do it; without this it only says what would go')
    .action(async (slug: string, options: O & { yes?: boolean }) => {
      await withApi(options, async (api) => {
        const { name } = await api.json<Dataset>('GET', pathOf(slug));
        if (options.yes) {
          await api.request('DELETE', pathOf(slug));
          if (options.json) outJson({ deleted: slug });
          else out(`The dataset ${slug} is deleted. Backups keep what they have of it.`);
          return;
        }
        const { datasets } = await api.json<{ datasets: DatasetStatus[] }>('GET', '/api/status');
        const { storedSessions = 0, storedHits = 0 } =
          datasets.find((one) => one.slug === slug) ?? {};
        if (options.json) outJson({ slug, name, storedSessions, storedHits });
        else
          out(
            `Would be deleted for good: ${slug} ("${name}") with ${countedNoun(storedSessions, 'stored session')} and ${countedNoun(storedHits, 'hit')}, its definitions, roles and tokens. To do it: --yes`,
          );
      });
    });
}

const hostsOf = ({ hosts }: Dataset) =>
  hosts.length === 0 ? 'hits of all hosts' : `hits of ${hosts.join(', ')}`;
