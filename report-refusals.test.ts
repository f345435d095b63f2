/** What reports and their definitions refuse, and how they say it, through the desks that the server uses. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CostImport } from './core/contract/campaign.ts';
import { dateRangeLimits } from './core/contract/date-range.ts';
import { labelLimits, labelSchema } from './core/contract/label.ts';
import type { OwnReport } from './core/contract/report-definition.ts';
import { createDefinitionDesk, type DefinitionDesk } from './core/desks/definition-desk.ts';
import { createQueryDesk } from './core/desks/query-desk.ts';
import type { ReportDesk } from './core/http/reports.ts';
import type { DefinitionBook } from './core/settings/definitions.ts';
import { openLibsqlDefinitions } from './core/stores/libsql-definitions.ts';
import { noSavedQueries } from './core/testing/no-saved-queries.ts';
import { plainReport } from './core/testing/report-request.ts';
import { createWorld, type World } from './core/testing/world.ts';
import { createReportDesk, createReportSource } from './report-desk.ts';

let world: World;
let book: DefinitionBook;
let definitions: DefinitionDesk;
let desk: ReportDesk;
beforeAll(async () => {
  world = await createWorld();
  await world.dataset({ slug: 'shop', name: 'Shop' });
  await world.send({ visitor: 'ann', url: 'https://shop.example/teas' });
  world.advance(24 * 3_600_000);
  await world.settle();
  book = openLibsqlDefinitions(world.control, world.now);
  definitions = createDefinitionDesk(world.datasets, book);
  const queries = createQueryDesk(world.engine, book);
  desk = createReportDesk(createReportSource(queries, definitions, noSavedQueries), world.now);
}, 60_000);
afterAll(() => world.close());

type Asked = Parameters<ReportDesk['run']>[0];
const run = (more: Partial<Asked> = {}) =>
  desk.run({
    ...plainReport({ from: '2026-11-21', to: '2026-11-22' }),
    robots: true,
    ...more,
  });

describe('A range', () => {
  test.each([
    ['that is empty', { from: '2026-11-21', to: '2026-11-21' }, /must begin before it ends/],
    ['that ends first', { from: '2026-11-22', to: '2026-11-21' }, /must begin before it ends/],
    [
      'of a day that is none',
      { from: '2026-02-30', to: '2026-11-21' },
      /not a day of the calendar/,
    ],
    ['of 20 years', { from: '2006-11-22', to: '2026-11-22' }, /is longer than 3660 days/],
  ])('%s is refused', async (_, range, said) => {
    await expect(run({ range })).rejects.toMatchObject({
      code: 'date_range_invalid',
      message: expect.stringMatching(said),
    });
  });

  test('as long as it may be is answered, with a row for each day', async () => {
    const toMs = Date.UTC(2026, 10, 22);
    const from = new Date(toMs - dateRangeLimits.daysMax * 86_400_000).toISOString().slice(0, 10);
    const { panels } = await run({ range: { from, to: '2026-11-22' } });
    expect(panels[0]?.answer.rows[0]?.slice(0, 3)).toEqual([1, 1, 1]);
    expect(panels[1]?.answer.rows).toHaveLength(dateRangeLimits.daysMax);
  });
});

describe('A label', () => {
  test('whose condition SQL cannot answer is not taken; one from before is refused by its name', async () => {
    const sorry = labelSchema.parse({
      name: 'Said sorry',
      condition: 'response.body contains "sorry"',
    });
    const refusal = {
      code: 'condition_not_in_tables',
      message: expect.stringContaining('Make the condition an event'),
    };
    await expect(definitions.save('shop', 'label', sorry)).rejects.toMatchObject(refusal);
    await book.save('shop', 'label', sorry, undefined);
    await expect(run({ labels: ['Said sorry'] })).rejects.toMatchObject(refusal);
    await expect(run({ labels: ['Said sorry'] })).rejects.toThrow('In the label Said sorry:');
    await book.remove('shop', 'label', 'Said sorry');
  });

  test('of a thousand: a dataset takes 200, a report 8, and both say so', async () => {
    const label = (number: number) => ({ name: `L${number}`, condition: 'visitor = "ann"' });
    const taken = Array.from({ length: labelLimits.labelsMax }, (_, at) =>
      labelSchema.parse(label(at)),
    );
    for (const one of taken) await book.save('shop', 'label', one, undefined);
    await expect(definitions.save('shop', 'label', label(200))).rejects.toMatchObject({
      code: 'definition_invalid',
      message: expect.stringMatching(/has 200 definitions of this kind \(label\).*Delete some/),
    });
    const thousand = Array.from({ length: 1_000 }, (_, at) => `L${at}`);
    await expect(run({ labels: thousand })).rejects.toMatchObject({
      code: 'query_invalid',
      message: '1000 labels were asked for; at most 8 stand beside all.',
    });
    const eight = await run({ labels: thousand.slice(0, 8) });
    // Six figures for all and for each label, all of one session.
    expect(eight.panels[0]?.answer.rows[0]?.filter((_, at) => at % 6 === 0)).toEqual(
      Array.from({ length: 9 }, () => 1),
    );
  });
});

describe('A report on a deleted field', () => {
  const report = (...queries: object[]) =>
    ({
      name: 'old-news',
      title: 'Old news',
      description: '',
      panels: queries.map((query, at) => ({
        name: `p${at}`,
        title: `Panel ${at}`,
        description: '',
        kind: 'table',
        query: { metrics: ['sessions'], dimensions: [], limit: 10, ...query },
      })),
    }) as unknown as OwnReport;

  test('is not taken', async () => {
    await expect(
      definitions.save('shop', 'report', report({ dimensions: ['weather'] })),
    ).rejects.toThrow(/dimensions/);
    await expect(
      definitions.save('shop', 'report', report({ condition: 'weather = "rain"' })),
    ).rejects.toMatchObject({
      code: 'condition_invalid',
      message: expect.stringContaining('no field "weather"'),
    });
  });

  test('from before says so in its panel; the other panels are shown', async () => {
    const old = report({ dimensions: ['weather'] }, { condition: 'weather = "rain"' }, {});
    await book.save('shop', 'report', old, undefined);
    const { panels } = await run({ name: 'old-news' });
    expect(panels.map(({ answer }) => answer.rows)).toEqual([[], [], [[1]]]);
    expect(panels[0]?.answer.notes).toEqual([
      expect.stringMatching(/asks what is not there. Change the report.*query\.dimensions\.0/),
    ]);
    expect(panels[1]?.answer.notes).toEqual([
      expect.stringMatching(/Change the report.*no field "weather"/s),
    ]);
    // A condition of the request is the fault of who asks.
    await expect(run({ name: 'old-news', condition: 'weather = "sun"' })).rejects.toMatchObject({
      code: 'condition_invalid',
    });
  });
});

describe('A funnel', () => {
  const stage = (name: string) => ({ name, condition: 'request.path = "/teas"' });
  test.each([
    ['of one stage', [stage('Shop')], /a funnel has at least two stages/],
    ['in a circle', [stage('Shop'), stage('Cart'), stage('SHOP')], /would make a circle/],
    ['of 21 stages', Array.from({ length: 21 }, (_, at) => stage(`S${at}`)), /<=20/],
  ])('%s is refused', async (_, stages, said) => {
    await expect(definitions.save('shop', 'funnel', { name: 'Order', stages })).rejects.toThrow(
      said,
    );
  });

  test('of a stage that is no page group and has no condition is refused', async () => {
    const stages = [stage('Shop'), { name: 'Cart' }];
    await expect(
      definitions.save('shop', 'funnel', { name: 'Order', stages }),
    ).rejects.toMatchObject({ code: 'definition_unknown' });
  });
});

describe('A file of costs', () => {
  const map = { day: 'Date', campaign: 'Name', cost: 'Spend' };
  const given = (csv: string): CostImport => ({
    csv,
    layout: 'mapped',
    columns: map,
    currency: 'EUR',
  });
  const head = 'Date,Name,Spend\n2026-11-21,a,1\n';

  test.each([
    ['with wrong columns', 'Day,Ad,Costs\n2026-11-21,a,1', /columns/],
    ['with a date that is none', `${head}2026-02-30,a,1`, /Line 3, column Date/],
    ['with a formula in a cell', `${head}2026-11-21,a,=1+1`, /Line 3, column Spend.*formula/],
  ])('%s is refused whole: no line of it is kept', async (_, csv, said) => {
    await expect(definitions.importCosts('shop', given(csv))).rejects.toMatchObject({
      code: 'costs_invalid',
      message: expect.stringMatching(said),
    });
    expect(await definitions.costs('shop', { from: '2026-01-01', to: '2027-01-01' })).toEqual([]);
  });

  test('in another currency than the costs before is refused', async () => {
    await definitions.importCosts('shop', given(head));
    await expect(
      definitions.importCosts('shop', { ...given(head), currency: 'USD' }),
    ).rejects.toMatchObject({ code: 'costs_invalid', message: expect.stringContaining('EUR') });
    const kept = await definitions.costs('shop', { from: '2026-01-01', to: '2027-01-01' });
    expect(kept.map(({ cost, currency }) => [cost, currency])).toEqual([[1, 'EUR']]);
  });
});
