/** Everything of one visitor: how much it is, as a file, and its erasure. */
import type { Erasure, VisitorFigures } from '../../core/contract/erasure.ts';
import { request, requestBlob } from './client.ts';
import { datasetPath } from './datasets.ts';
import { saveFile } from './save-file.ts';

/** @throws ApiError `visitor_unknown` */
export function lookAtVisitor(slug: string, visitor: string): Promise<VisitorFigures> {
  return request<VisitorFigures>(`${datasetPath(slug)}/visitors/look`, { body: { visitor } });
}

/** Saves a file with one session a line. Who it is about stands in the body, so it is no plain link. */
export async function exportVisitor(slug: string, visitor: string): Promise<void> {
  const blob = await requestBlob(`${datasetPath(slug)}/visitors/export`, { body: { visitor } });
  saveFile(blob, `${slug}-visitor.ndjson`);
}

/** @throws ApiError `visitor_unknown`, `upkeep_busy` */
export function beginErasure(slug: string, visitor: string): Promise<Erasure> {
  return request<Erasure>(`${datasetPath(slug)}/erasures`, { body: { visitor } });
}

export async function readErasure(slug: string, number: number): Promise<Erasure | undefined> {
  const { erasures } = await request<{ erasures: Erasure[] }>(`${datasetPath(slug)}/erasures`);
  return erasures.find((one) => one.number === number);
}
