/** Settings of a dataset that are changed at the same moment. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { datasetInputSchema } from '../contract/dataset.ts';
import { usualHitRules } from '../contract/hit-rules.ts';
import { openLibsqlDatasets } from './libsql-datasets.ts';
import { openLibsqlFile } from './libsql-file.ts';
import { controlMigrations, hitsMigrations } from './migrations/migrations.ts';

const folder = mkdtempSync(join(tmpdir(), 'canister-'));
const control = await openLibsqlFile(join(folder, 'control.db'), controlMigrations);
const hits = await openLibsqlFile(join(folder, 'hits.db'), hitsMigrations);
const open = () => openLibsqlDatasets({ control, hits, clock: () => 0 });

afterAll(() => {
  control.close();
  hits.close();
  rmSync(folder, { recursive: true });
});

test('Each change of another setting stays, and each of the hit rules has a version of its own', async () => {
  // The engine's thread has its own.
  const [ofApi, ofEngine] = [open(), open()];
  await ofApi.create(datasetInputSchema.parse({ slug: 'shop' }));
  const { version: _, ...rules } = usualHitRules;
  const sessionRules = { idleTimeoutMs: 5_000, cutAtMidnight: true, cutOnNewCampaign: false };
  const [, , , , ...kept] = await Promise.all([
    ofApi.setMasking('shop', { names: ['pin'] }),
    ofApi.setRetention('shop', { keepSessionsDays: 90 }),
    ofApi.setIndex('shop', { fields: ['request.path'], pageText: false }),
    ofEngine.setRules('shop', sessionRules),
    ofApi.setHitRules('shop', rules),
    ofApi.setHitRules('shop', rules),
  ]);
  expect(await ofApi.get('shop')).toMatchObject({
    masking: { names: ['pin'] },
    keepSessionsDays: 90,
    index: { fields: ['request.path'], pageText: false },
    ...sessionRules,
    hitRules: { version: 2 },
  });
  expect(kept.map(({ version }) => version).sort()).toEqual([1, 2]);
});
