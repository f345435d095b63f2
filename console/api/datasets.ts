/** Datasets: listed, made, read; and the texts that connect a site to one. */
import type { Dataset, DatasetChange, DatasetInput } from '../../core/contract/dataset.ts';
import { request } from './client.ts';
import { knowing } from './knowing.ts';

export const datasetPath = (slug: string) => `/api/datasets/${encodeURIComponent(slug)}`;

export async function listDatasets(signal?: AbortSignal): Promise<Dataset[]> {
  const { datasets } = await request<{ datasets: Dataset[] }>('/api/datasets', { signal });
  return datasets;
}

/** What ends the sessions of a dataset when no hit comes. */
export const idleTimeoutOf = ({ idleTimeoutMs, idleTimeoutMsInForce }: Dataset): number =>
  idleTimeoutMsInForce ?? idleTimeoutMs;

/** @throws ApiError `dataset_exists` or `request_invalid` */
export function createDataset(input: DatasetInput): Promise<Dataset> {
  return request<Dataset>('/api/datasets', { body: input });
}

export function readDataset(slug: string): Promise<Dataset> {
  return request<Dataset>(datasetPath(slug));
}

/** @param known what it was when it was loaded. @throws ApiError `changed_meanwhile`, `request_invalid` */
export function changeDataset(
  slug: string,
  change: DatasetChange,
  known: DatasetChange | undefined,
): Promise<Dataset> {
  return request<Dataset>(datasetPath(slug), {
    method: 'PUT',
    body: change,
    headers: knowing(known),
  });
}

/** Hits with the old write key are refused from then on. */
export function renewWriteKey(slug: string): Promise<Dataset> {
  return request<Dataset>(`${datasetPath(slug)}/write-key`, { method: 'POST' });
}

/** Deletes all that is kept of it, for good. @throws ApiError `dataset_in_use`, `upkeep_busy` */
export async function deleteDataset(slug: string): Promise<void> {
  await request(datasetPath(slug), { method: 'DELETE' });
}

/** The line of HTML that puts the tracker on a page. `origin` is where this server is reached. */
export function trackerSnippet(origin: string, writeKey: string): string {
  return `<script defer src="${origin}/tracker.js" data-dataset="${writeKey}"></script>`;
}

const exampleBrowser = 'Mozilla/5.0 (X11; Linux x86_64; rv:157.0) Gecko/20100101 Firefox/157.0';

/** A command line that sends one page view by hand. `hitId` is a UUID, `host` one that the dataset takes. */
export function curlExample(origin: string, writeKey: string, host: string, hitId: string): string {
  const hit = JSON.stringify({
    dataset: writeKey,
    id: hitId,
    type: 'page_view',
    visitor: 'me',
    url: `https://${host}/`,
  });
  // Without a browser's name the hit would be curl's, and curl is a robot.
  return `curl ${origin}/hits -A '${exampleBrowser}' \\\n  -d '${hit}'`;
}

/** The command line that reads a web server's log into a dataset. */
export function importCommand(slug: string): string {
  return `npm run -s canister -- import access.log --dataset ${slug}`;
}
