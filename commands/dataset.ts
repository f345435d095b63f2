/** The commands for datasets: made and listed. */
import type { Dataset } from '../core/contract/dataset.ts';
import { alignColumns } from '../reports/run/align-columns.ts';
import { list, wholeNumber } from './option-values.ts';
import type { CommandDesk } from './upkeep.ts';

export function addDatasetCommands<O extends { json?: boolean }>(
  desk: CommandDesk<O> & { note: (text: string) => void },
): void {
  const { withApi, out, outJson, note } = desk;
  const dataset = desk.group('dataset', 'make and list datasets');
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
}
