/** Datasets in `control.db`, and their directory for collectors in `hits.db`. */
import { randomBytes } from 'node:crypto';
import type { Row } from '@libsql/client';
import type { Clock } from '../clock.ts';
import { type Dataset, type DatasetEntry, datasetInputSchema } from '../contract/dataset.ts';
import { Problem } from '../contract/problem.ts';
import { retentionRuleNames } from '../contract/retention-names.ts';
import type { Datasets } from '../settings/datasets.ts';
import type { SqlBatch } from './libsql-file.ts';

const writeKeyBytes = 18;
const secretBytes = 32;

/** `isHidden`: it is being deleted, and counts as gone. */
type Settings = Omit<Dataset, 'slug' | 'writeKey' | 'createdAt'> & { isHidden?: true };

/** What a dataset holds that was made before there was such a setting. */
const settingsBefore = { cutAtMidnight: false, cutOnNewCampaign: false };

export function openLibsqlDatasets(options: {
  control: SqlBatch;
  hits: SqlBatch;
  clock: Clock;
}): Datasets {
  const { control, hits, clock } = options;
  async function readAll(): Promise<Row[]> {
    const sql =
      'SELECT slug, write_key, address_secret, settings, created_at FROM dataset ORDER BY slug';
    return (await control.batch([sql], 'read'))[0]?.rows ?? [];
  }
  const all = async () => (await readAll()).filter((row) => !isHidden(row));

  async function find(slug: string): Promise<Row> {
    const rows = await all();
    const found = rows.find((row) => row.slug === slug);
    if (found) return found;
    const names = rows.map((row) => row.slug).join(', ');
    throw new Problem(
      'dataset_unknown',
      `No dataset is called "${slug}". ${names ? `There are: ${names}.` : 'Make it with: canister dataset create SLUG'}`,
    );
  }

  /** All settings stand in one text: while somebody else, in another thread perhaps, was faster, it is done again on theirs. */
  async function change<T extends Partial<Settings>>(
    slug: string,
    changed: (present: Settings) => T,
  ): Promise<T> {
    for (;;) {
      const before = (await find(slug)).settings;
      const present = { ...settingsBefore, ...(JSON.parse(String(before)) as Settings) };
      const next = changed(present);
      const sql = 'UPDATE dataset SET settings = ? WHERE slug = ? AND settings = ?';
      const args = [JSON.stringify({ ...present, ...next }), slug, before ?? null];
      const [result] = await control.batch([{ sql, args }], 'write');
      if (result?.rowsAffected === 1) return next;
    }
  }

  const datasets: Datasets = {
    list: async () => (await all()).map(toDataset),
    get: async (slug) => toDataset(await find(slug)),
    async create(input) {
      const { slug, ...rest } = datasetInputSchema.parse(input);
      const settings: Settings = { ...rest, name: rest.name ?? slug };
      const secret = randomBytes(secretBytes).toString('base64url');
      const results = await control.batch(
        [
          {
            sql: 'INSERT OR IGNORE INTO dataset (slug, write_key, address_secret, settings, created_at) VALUES (?, ?, ?, ?, ?)',
            args: [slug, newWriteKey(), secret, JSON.stringify(settings), clock()],
          },
        ],
        'write',
      );
      if (results[0]?.rowsAffected !== 1) {
        throw new Problem(
          'dataset_exists',
          `A dataset called "${slug}" exists already. Choose another name.`,
        );
      }
      await publishDirectory(hits, await datasets.entries());
      return await datasets.get(slug);
    },
    async change(slug, { name, timeZone, hosts }) {
      await change(slug, () => ({ name, timeZone, hosts }));
      await publishDirectory(hits, await datasets.entries());
    },
    async renewWriteKey(slug) {
      await find(slug);
      const sql = 'UPDATE dataset SET write_key = ? WHERE slug = ?';
      await control.batch([{ sql, args: [newWriteKey(), slug] }], 'write');
      await publishDirectory(hits, await datasets.entries());
    },
    async hide(slug) {
      await change(slug, () => ({ isHidden: true as const }));
      await publishDirectory(hits, await datasets.entries());
    },
    hidden: async () => (await readAll()).filter(isHidden).map(({ slug }) => String(slug)),
    async setRetention(slug, rules) {
      const all = Object.fromEntries(retentionRuleNames.map((name) => [name, rules[name]]));
      await change(slug, () => all);
    },
    async setRules(slug, rules) {
      await change(slug, () => rules);
    },
    async setIndex(slug, index) {
      await change(slug, () => ({ index }));
    },
    async setHitRules(slug, rules) {
      const kept = await change(slug, ({ hitRules }) => ({
        hitRules: { ...rules, version: (hitRules?.version ?? 0) + 1 },
      }));
      return kept.hitRules;
    },
    async setMasking(slug, masking) {
      await change(slug, () => ({ masking }));
      await publishDirectory(hits, await datasets.entries());
    },
    entries: async () => (await all()).map(toEntry),
  };
  return datasets;
}

const newWriteKey = () => `wk_${randomBytes(writeKeyBytes).toString('base64url')}`;

const isHidden = ({ settings }: Row) =>
  (JSON.parse(String(settings)) as Settings).isHidden === true;

/** Writes the directory that collectors read. */
export async function publishDirectory(
  hits: SqlBatch,
  entries: readonly DatasetEntry[],
): Promise<void> {
  await hits.batch(
    [
      'DELETE FROM dataset_directory',
      ...entries.map(({ writeKey, slug, hosts, addressSecret, maskedNames = [] }) => ({
        sql: 'INSERT INTO dataset_directory (write_key, slug, hosts, address_secret, masked_names) VALUES (?, ?, ?, ?, ?)',
        args: [writeKey, slug, JSON.stringify(hosts), addressSecret, JSON.stringify(maskedNames)],
      })),
    ],
    'write',
  );
}

function toDataset(row: Row): Dataset {
  const settings = JSON.parse(String(row.settings)) as Settings;
  return {
    slug: String(row.slug),
    ...settingsBefore,
    ...settings,
    writeKey: String(row.write_key),
    createdAt: Number(row.created_at),
  };
}

function toEntry(row: Row): DatasetEntry {
  const { hosts, masking } = JSON.parse(String(row.settings)) as Settings;
  return {
    slug: String(row.slug),
    writeKey: String(row.write_key),
    hosts,
    addressSecret: String(row.address_secret),
    maskedNames: masking?.names ?? [],
  };
}
