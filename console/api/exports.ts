/** Files of the whole dataset that are made for download. */
import type { DateRange } from '../../core/contract/calendar.ts';
import type { Export } from '../../core/contract/export.ts';
import { request } from './client.ts';
import { datasetPath } from './datasets.ts';

/** Has the server make a DuckDB file of the public views; without a range, of everything. */
export const makeExport = (slug: string, range?: DateRange) =>
  request<Export>(`${datasetPath(slug)}/exports`, { body: range === undefined ? {} : { range } });

export const exportUrl = (slug: string, id: string) => `${datasetPath(slug)}/exports/${id}`;
