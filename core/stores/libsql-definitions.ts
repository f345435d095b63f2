/** Definitions for reports, and costs of campaigns, in `control.db`. */
import type { InStatement, Row } from '@libsql/client';
import type { Clock } from '../clock.ts';
import type { CampaignCost } from '../contract/campaign.ts';
import type { DefinitionKind, DefinitionOf } from '../contract/definition.ts';
import { type DefinitionBook, definitionKey } from '../settings/definitions.ts';
import type { SqlBatch } from './libsql-file.ts';

const latestDay = '9999-12-31';

export function openLibsqlDefinitions(control: SqlBatch, clock: Clock): DefinitionBook {
  const read = async (sql: string, args: (string | number)[]): Promise<Row[]> =>
    (await control.batch([{ sql, args }], 'read'))[0]?.rows ?? [];

  return {
    async list(slug, kind) {
      const rows = await read(
        'SELECT definition FROM report_definition WHERE dataset = ? AND kind = ? ORDER BY position, key',
        [slug, kind],
      );
      return rows.map((row) => JSON.parse(String(row.definition)));
    },
    async all(slug) {
      const rows = await read(
        'SELECT kind, definition FROM report_definition WHERE dataset = ? ORDER BY position, key',
        [slug],
      );
      const of = <K extends DefinitionKind>(kind: K): DefinitionOf[K][] =>
        rows.filter((row) => row.kind === kind).map((row) => JSON.parse(String(row.definition)));
      return {
        label: of('label'),
        campaign: of('campaign'),
        funnel: of('funnel'),
        goal: of('goal'),
        page_group: of('page_group'),
        annotation: of('annotation'),
      };
    },
    async save(slug, kind, definition, position) {
      const key = definitionKey(definition.name);
      const moved: InStatement[] =
        position === undefined
          ? []
          : [
              {
                sql: 'UPDATE report_definition SET position = position + 1 WHERE dataset = ? AND kind = ? AND key <> ? AND position >= ?',
                args: [slug, kind, key, position],
              },
              {
                sql: 'UPDATE report_definition SET position = ? WHERE dataset = ? AND kind = ? AND key = ?',
                args: [position, slug, kind, key],
              },
            ];
      const behind = `(SELECT coalesce(max(position), 0) + 1 FROM report_definition WHERE dataset = ? AND kind = ?)`;
      const save: InStatement = {
        sql: `INSERT INTO report_definition (dataset, kind, key, position, definition, changed_at) VALUES (?, ?, ?, coalesce(?, ${behind}), ?, ?)
          ON CONFLICT (dataset, kind, key) DO UPDATE SET definition = excluded.definition, changed_at = excluded.changed_at`,
        args: [slug, kind, key, position ?? null, slug, kind, JSON.stringify(definition), clock()],
      };
      await control.batch([...moved, save], 'write');
    },
    async remove(slug, kind, name) {
      const [result] = await control.batch(
        [
          {
            sql: 'DELETE FROM report_definition WHERE dataset = ? AND kind = ? AND key = ?',
            args: [slug, kind, definitionKey(name)],
          },
        ],
        'write',
      );
      return (result?.rowsAffected ?? 0) > 0;
    },
    async costs(slug, range = { from: '', to: latestDay }) {
      const rows = await read(
        'SELECT campaign, day, cost, clicks, impressions, currency FROM campaign_cost WHERE dataset = ? AND day >= ? AND day < ? ORDER BY day, campaign',
        [slug, range.from, range.to],
      );
      return rows.map(toCost);
    },
    async currency(slug) {
      const rows = await read('SELECT currency FROM campaign_cost WHERE dataset = ? LIMIT 1', [
        slug,
      ]);
      return rows[0] === undefined ? undefined : String(rows[0].currency);
    },
    async saveCosts(slug, costs) {
      const sql = `INSERT INTO campaign_cost (dataset, campaign, day, cost, clicks, impressions, currency) VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (dataset, campaign, day) DO UPDATE SET cost = excluded.cost, clicks = excluded.clicks, impressions = excluded.impressions, currency = excluded.currency`;
      await control.batch(
        costs.map(({ campaign, day, cost, clicks, impressions, currency }) => ({
          sql,
          args: [slug, campaign, day, cost, clicks, impressions, currency],
        })),
        'write',
      );
    },
  };
}

function toCost(row: Row): CampaignCost {
  const count = (value: unknown) => (value === null || value === undefined ? null : Number(value));
  return {
    campaign: String(row.campaign),
    day: String(row.day),
    cost: Number(row.cost),
    clicks: count(row.clicks),
    impressions: count(row.impressions),
    currency: String(row.currency),
  };
}
