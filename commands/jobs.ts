/** The commands of long work and of what is stored. */
import { type Job, jobFigures } from '../core/contract/job.ts';
import { metricWords } from '../core/contract/metric-words.ts';
import { type StorageUsed, storageKinds } from '../core/contract/storage.ts';
import { showInvisible } from '../reports/html/format.ts';
import { alignColumns } from '../reports/run/align-columns.ts';
import type { CommandDesk } from './upkeep.ts';

export function addJobCommands<O extends { json?: boolean }>(desk: CommandDesk<O>): void {
  const { command, group, withApi, out, outJson } = desk;
  const jobs = group('job', 'long work: what runs, how far it is, what came of it');
  jobs('list', 'list long work: what runs first, then the newest')
    .option('--dataset <slug>', 'of one dataset only')
    .action(async (options: O & { dataset?: string }) => {
      const { dataset } = options;
      const found = await withApi(options, async (api) => {
        // One that is not there has no jobs, either: a slip would read as an answer.
        if (dataset !== undefined)
          await api.request('GET', `/api/datasets/${encodeURIComponent(dataset)}`);
        return await api.json<{ jobs: Job[] }>('GET', '/api/jobs');
      });
      const wanted = found.jobs.filter((job) => dataset === undefined || job.dataset === dataset);
      if (options.json) return outJson(wanted);
      if (wanted.length === 0) return out('No long work is known.');
      const head = ['id', 'dataset', 'about', 'state', 'progress', 'began', 'what came of it'];
      out(alignColumns([head, ...wanted.map(rowOf)], () => false).join('\n'));
    });
  jobs('cancel <id>', 'end long work at its next step').action(async (id: string, options: O) => {
    await withApi(options, (api) => api.request('DELETE', `/api/jobs/${encodeURIComponent(id)}`));
    if (options.json) outJson({ cancelled: id });
    else out(`The job ${showInvisible(id)} ends at its next step.`);
  });

  command('storage', 'what the data folder takes of the disk').action(async (options: O) => {
    const used = await withApi(options, (api) => api.json<StorageUsed>('GET', '/api/storage'));
    if (options.json) return outJson(used);
    out(storageLines(used).join('\n'));
  });
}

const size = (bytes: number) => metricWords(bytes, 'bytes', 'en');

function storageLines({ datasets, hits, control, other, bytes }: StorageUsed): string[] {
  const head = ['dataset', ...storageKinds, 'all'];
  const rows = datasets.map(({ dataset, kinds, bytes: all }) => [
    dataset,
    ...storageKinds.map((kind) => size(kinds[kind])),
    size(all),
  ]);
  return [
    ...(rows.length === 0 ? [] : [...alignColumns([head, ...rows], (index) => index > 0), '']),
    `hits.db ${size(hits)}, control.db ${size(control)}, other ${size(other)}; ${size(bytes)} in all.`,
  ];
}

function rowOf(job: Job): string[] {
  const { id, dataset, about = '', state, done, total, unit = '', begunAt, reason } = job;
  const of = total === undefined ? '' : ` of ${total}`;
  const figures = jobFigures.flatMap((name) =>
    job.figures?.[name] === undefined ? [] : [`${name} ${job.figures[name]}`],
  );
  return [
    id,
    dataset,
    showInvisible(about),
    state,
    done === undefined ? '' : `${done}${of} ${unit}`,
    begunAt === undefined ? '' : new Date(begunAt).toISOString().slice(0, 19),
    showInvisible(reason ?? figures.join(', ')),
  ];
}
