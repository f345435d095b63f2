/** Shared links of a dataset: reports that are shown without a sign-in. */
import type { MadeSharedLink, SharedLink, SharedReport } from '../../core/contract/shared-link.ts';
import { request } from './client.ts';
import { datasetPath } from './datasets.ts';

const pathOf = (slug: string) => `${datasetPath(slug)}/shared-links`;

export async function listSharedLinks(slug: string, signal?: AbortSignal): Promise<SharedLink[]> {
  return (await request<{ links: SharedLink[] }>(pathOf(slug), { signal })).links;
}

export interface NewSharedLink extends Partial<SharedReport> {
  name: string;
  report: string;
  days: number;
  password?: string;
}

/** @throws ApiError `request_invalid`, `password_unusable`, `report_unknown` */
export function createSharedLink(slug: string, link: NewSharedLink): Promise<MadeSharedLink> {
  return request<MadeSharedLink>(pathOf(slug), { body: link });
}

/** @throws ApiError `shared_link_unknown`, `right_missing` */
export async function deleteSharedLink(slug: string, id: string): Promise<void> {
  await request(`${pathOf(slug)}/${encodeURIComponent(id)}`, { method: 'DELETE' });
}
