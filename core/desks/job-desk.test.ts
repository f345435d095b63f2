/** What is being made of a dataset, and its deletion. */
import { expect, test } from 'vitest';
import type { Engine } from '../engine/engine.ts';
import type { DatasetDesk } from './dataset-desk.ts';
import type { ExportDesk } from './export-desk.ts';
import { createJobDesk } from './job-desk.ts';

test('A dataset is not deleted while a file of it is made, and another one is', async () => {
  const desk = createJobDesk({
    engine: {} as Engine,
    sources: { list: async () => [] },
    slugs: async () => [],
    clock: () => 0,
  });
  const deleted: string[] = [];
  const datasets = desk.forgetting({
    remove: async (slug: string) => void deleted.push(slug),
  } as DatasetDesk);
  let fail = (_why: Error) => {};
  const making = desk.follow({
    create: () =>
      new Promise((_, reject) => {
        fail = reject;
      }),
  } as unknown as ExportDesk);
  const made = making.create('shop', undefined);
  await expect(datasets.remove('shop')).rejects.toMatchObject({
    code: 'upkeep_busy',
    message: 'The dataset shop is being worked on: export (export-1). Wait for that.',
  });
  await datasets.remove('blog');
  expect(deleted).toEqual(['blog']);
  fail(new Error('no room'));
  await expect(made).rejects.toThrow('no room');
  await datasets.remove('shop');
  expect(deleted).toEqual(['blog', 'shop']);
});
