/** The published files of a dataset as they are now, for whoever reads them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../contract/problem.ts';
import type { Manifest } from '../contract/published.ts';
import type { Engine } from '../engine/engine.ts';

/** Where the published files of a dataset lie, and what of them counts. */
export interface PublishedPlace {
  folder(slug: string): string;
  manifest(slug: string): Manifest | undefined;
}

/** An erasure takes all files of its dataset away: in the moment between they are made again. */
const triesMax = 3;

export async function publishedNow(
  engine: Pick<Engine, 'publish'>,
  place: Pick<PublishedPlace, 'manifest'>,
  slug: string,
): Promise<{ asOf: number; manifest: Manifest }> {
  for (let tries = 0; tries < triesMax; tries += 1) {
    const { asOf } = await engine.publish(slug);
    const manifest = place.manifest(slug);
    if (manifest !== undefined) return { asOf, manifest };
  }
  throw new Error(`nothing was published of ${slug}`);
}

/** Whether all is there still: an erasure or retention takes files away, also those that somebody is about to read. */
export const isThere = (
  place: Pick<PublishedPlace, 'folder'>,
  slug: string,
  { files }: Manifest,
): boolean => files.every(({ file }) => existsSync(join(place.folder(slug), file)));

export const dataChanged = () =>
  new Problem(
    'data_changed',
    'An erasure or retention took files away while they were read. Ask again: the answer is then made of the new ones.',
  );
