/** /api/datasets/…/alerts: the rules of a dataset, dry runs of them, and what they did. */
import { z } from '@hono/zod-openapi';
import type { AlertFacts } from '../alerts/alert-facts.ts';
import type { AlertStore } from '../alerts/alert-store.ts';
import { isBlackedOut } from '../alerts/blackout.ts';
import { checkRule } from '../alerts/check-rule.ts';
import { dryRun } from '../alerts/dry-run.ts';
import { sqlDryRun } from '../alerts/sql-dry-run.ts';
import { type CountedRule, isSqlRule, type SqlFacts } from '../alerts/sql-facts.ts';
import { wallClock } from '../alerts/wall-clock.ts';
import type { AlertWatch } from '../alerts/watch.ts';
import type { Clock } from '../clock.ts';
import {
  type AlertRule,
  alertDryRunSchema,
  alertEntrySchema,
  alertLimits,
  alertNameSchema,
  alertRuleSchema,
  alertRuleStatusSchema,
  closeAlertSchema,
} from '../contract/alert.ts';
import type { Dataset } from '../contract/dataset.ts';
import { Problem } from '../contract/problem.ts';
import type { Datasets } from '../settings/datasets.ts';
import { callerOf } from './caller.ts';
import { body, createRoute, json, newRoutes, otherwise, slugParam } from './routes.ts';

export interface AlertOptions {
  store: AlertStore;
  facts: AlertFacts;
  sqlFacts: SqlFacts;
  watch: Pick<AlertWatch, 'state' | 'changed' | 'close'>;
  datasets: Datasets;
  clock: Clock;
}

const ruleParam = slugParam.extend({ name: alertNameSchema });

const listRoute = createRoute({
  method: 'get',
  path: '/datasets/{slug}/alerts/rules',
  summary: 'The alerts of a dataset, and how they stand',
  request: { params: slugParam },
  responses: {
    200: json(z.object({ alerts: z.array(alertRuleStatusSchema) }), 'By name.'),
    ...otherwise,
  },
});

const showRoute = createRoute({
  method: 'get',
  path: '/datasets/{slug}/alerts/rules/{name}',
  summary: 'One alert, and how it stands',
  request: { params: ruleParam },
  responses: { 200: json(alertRuleStatusSchema, 'The alert.'), ...otherwise },
});

const saveRoute = createRoute({
  method: 'put',
  path: '/datasets/{slug}/alerts/rules',
  summary: 'Make an alert, or change the one of its name',
  request: { params: slugParam, ...body(alertRuleSchema) },
  responses: { 200: json(alertRuleSchema, 'As it is in force now.'), ...otherwise },
});

const deleteRoute = createRoute({
  method: 'delete',
  path: '/datasets/{slug}/alerts/rules/{name}',
  summary: 'Delete an alert; its history stays',
  request: { params: ruleParam },
  responses: { 200: json(z.object({ deleted: z.string() }), 'Its name.'), ...otherwise },
});

const closeRoute = createRoute({
  method: 'post',
  path: '/datasets/{slug}/alerts/rules/{name}/close',
  summary: 'Close an alert that is raised: nobody is told again before it was over and fires anew',
  request: { params: ruleParam, ...body(closeAlertSchema) },
  responses: { 200: json(alertRuleStatusSchema, 'The alert, closed.'), ...otherwise },
});

const dryRunRoute = createRoute({
  method: 'post',
  path: '/datasets/{slug}/alerts/dry-run',
  summary: 'How often an alert, saved or not, would have fired in the last 30 days',
  request: { params: slugParam, ...body(alertRuleSchema) },
  responses: {
    200: json(alertDryRunSchema, 'Looking once a minute, or every stepMinutes.'),
    ...otherwise,
  },
});

const historyRoute = createRoute({
  method: 'get',
  path: '/datasets/{slug}/alerts/history',
  summary:
    'When alerts fired, recovered and were closed, newest first, with the sessions that caused it',
  request: {
    params: slugParam,
    query: z.object({
      rule: alertNameSchema.optional(),
      limit: z.coerce.number().int().min(1).max(alertLimits.historyListedMax).default(100),
    }),
  },
  responses: {
    200: json(z.object({ entries: z.array(alertEntrySchema) }), 'The entries.'),
    ...otherwise,
  },
});

export function alertRoutes({ store, facts, sqlFacts, watch, datasets, clock }: AlertOptions) {
  const status = ({ slug, timeZone }: Dataset, rule: AlertRule) => ({
    rule,
    state: watch.state(slug, rule.name),
    muted: !rule.active || isBlackedOut(rule.blackouts, wallClock(timeZone).at(clock())),
  });

  async function find(slug: string, name: string): Promise<AlertRule> {
    const rules = await store.rules(slug);
    const found = rules.find((rule) => rule.name === name);
    if (found) return found;
    const names = rules.map((rule) => rule.name).join(', ');
    throw new Problem(
      'alert_unknown',
      `The dataset ${slug} has no alert called "${name}". ${names ? `There are: ${names}.` : 'It has none yet.'}`,
    );
  }

  return newRoutes()
    .openapi(listRoute, async (c) => {
      const dataset = await datasets.get(c.req.valid('param').slug);
      const rules = await store.rules(dataset.slug);
      return c.json({ alerts: rules.map((rule) => status(dataset, rule)) }, 200);
    })
    .openapi(showRoute, async (c) => {
      const dataset = await datasets.get(c.req.valid('param').slug);
      const rule = await find(dataset.slug, c.req.valid('param').name);
      return c.json(status(dataset, rule), 200);
    })
    .openapi(saveRoute, async (c) => {
      const { slug } = await datasets.get(c.req.valid('param').slug);
      const rule = c.req.valid('json');
      checkRule(rule);
      await checkChannels(store, rule);
      // What cannot be asked now could not be asked later either.
      if (isSqlRule(rule)) await sqlFacts.ask(slug, rule, clock());
      await store.saveRule(slug, rule);
      watch.changed();
      return c.json(rule, 200);
    })
    .openapi(deleteRoute, async (c) => {
      const { slug } = await datasets.get(c.req.valid('param').slug);
      const { name } = await find(slug, c.req.valid('param').name);
      await store.deleteRule(slug, name);
      watch.changed();
      return c.json({ deleted: name }, 200);
    })
    .openapi(closeRoute, async (c) => {
      const dataset = await datasets.get(c.req.valid('param').slug);
      const rule = await find(dataset.slug, c.req.valid('param').name);
      const { note } = c.req.valid('json');
      const by = callerOf(c).name;
      await watch.close(dataset.slug, rule, { by, ...(note && { note }) });
      return c.json(status(dataset, rule), 200);
    })
    .openapi(dryRunRoute, async (c) => {
      const { slug, timeZone } = await datasets.get(c.req.valid('param').slug);
      const rule = c.req.valid('json');
      checkRule(rule);
      const asked = { slug, timeZone, nowMs: clock() };
      if (isSqlRule(rule)) {
        const { firstAt } = await facts.past(slug, []);
        return c.json(await sqlDryRun({ ...asked, rule, facts: sqlFacts, firstAt }), 200);
      }
      return c.json(await dryRun({ ...asked, rule: rule as CountedRule, facts }), 200);
    })
    .openapi(historyRoute, async (c) => {
      const { slug } = await datasets.get(c.req.valid('param').slug);
      return c.json({ entries: await store.history(slug, c.req.valid('query')) }, 200);
    });
}

async function checkChannels(store: AlertStore, { name, channels }: AlertRule): Promise<void> {
  const known = (await store.channels()).map((channel) => channel.name);
  const missing = channels.find((channel) => !known.includes(channel));
  if (missing === undefined) return;
  const names = known.length > 0 ? `There are: ${known.join(', ')}.` : 'There is none yet.';
  throw new Problem(
    'channel_unknown',
    `The alert "${name}" names the channel "${missing}", which does not exist. ${names}`,
  );
}
