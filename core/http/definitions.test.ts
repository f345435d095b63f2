/** The API: definitions. */
import { beforeEach, describe, expect, test } from 'vitest';
import { headers, openedApi } from '../testing/opened-api.ts';

const opened = openedApi();
const { get, post, problem } = opened;

describe('definitions', () => {
  const put = (kind: string, body: unknown, query = '') =>
    opened.api.request(`http://localhost/api/datasets/shop/definitions/${kind}${query}`, {
      method: 'PUT',
      headers: { host: 'localhost', ...headers },
      body: JSON.stringify(body),
    });
  const names = async (kind: string) => {
    const { definitions } = await (await get(`/api/datasets/shop/definitions/${kind}`)).json();
    return definitions.map(({ name }: { name: string }) => name);
  };
  const remove = (kind: string, name: string) =>
    opened.api.request(
      `http://localhost/api/datasets/shop/definitions/${kind}/${encodeURIComponent(name)}`,
      { method: 'DELETE', headers: { host: 'localhost', ...headers } },
    );
  beforeEach(async () => {
    await opened.world.dataset({ slug: 'shop' });
  });

  test('are saved under their name, moved, replaced and deleted', async () => {
    for (const name of ['B', 'A', 'C']) await put('label', { name, condition: 'robot = false' });
    expect(await names('label')).toEqual(['B', 'A', 'C']);
    const moved = await put('label', { name: 'c', condition: 'robot = true' }, '?position=1');
    expect(await moved.json()).toMatchObject({ name: 'c', colour: 1, combine: 'and' });
    expect(await names('label')).toEqual(['c', 'B', 'A']);
    expect((await remove('label', 'C')).status).toBe(204);
    expect(await names('label')).toEqual(['B', 'A']);
    expect(await names('goal')).toEqual([]);
    expect(await problem(remove('label', 'C'))).toMatchObject({ code: 'definition_unknown' });
  });

  test('that cannot be used are refused, and nothing of them is kept', async () => {
    const refused: [kind: string, body: object, code: string][] = [
      ['label', { name: 'X', condition: 'response.body contains "x"' }, 'condition_not_in_tables'],
      ['label', { name: 'X', condition: 'weather = "rain"' }, 'condition_invalid'],
      ['label', { name: 'X', condition: 'robot = false', parent: 'x' }, 'definition_invalid'],
      ['label', { name: 'X', condition: 'robot = false', colour: 9 }, 'request_invalid'],
      ['funnel', { name: 'X', stages: [{ name: 'One' }] }, 'request_invalid'],
      ['funnel', { name: 'X', stages: [{ name: 'A' }, { name: 'a' }] }, 'request_invalid'],
      ['funnel', { name: 'X', stages: [{ name: 'A' }, { name: 'B' }] }, 'definition_unknown'],
      ['campaign', { name: 'X' }, 'request_invalid'],
      ['annotation', { name: 'X', day: '2026-11-31' }, 'request_invalid'],
      ['page_group', { name: 'a"b', condition: 'request.path = "/"' }, 'request_invalid'],
    ];
    for (const [kind, body, code] of refused) {
      expect([body, (await problem(put(kind, body))).code]).toEqual([body, code]);
      expect(await names(kind)).toEqual([]);
    }
  });

  test('that others need stay', async () => {
    await put('label', { name: 'Parent', condition: 'robot = false' });
    await put('label', { name: 'Child', condition: 'robot = false', parent: 'parent' });
    expect(await problem(remove('label', 'Parent'))).toMatchObject({
      code: 'definition_needed',
      detail: expect.stringContaining('label Child'),
    });
    await put('page_group', { name: 'Shop', condition: 'request.path = "/"' });
    const stages = [{ name: 'shop' }, { name: 'Cart', condition: 'request.path = "/cart"' }];
    expect((await put('funnel', { name: 'Order', stages })).status).toBe(200);
    expect(await problem(remove('page_group', 'Shop'))).toMatchObject({
      code: 'definition_needed',
    });
  });

  test('are at most so many of a kind', async () => {
    const all = Array.from({ length: 200 }, (_, place) => ({
      sql: "INSERT INTO report_definition VALUES ('shop', 'label', ?, ?, ?, 0)",
      args: [
        `l${place}`,
        place,
        JSON.stringify({
          name: `L${place}`,
          condition: 'robot = false',
          colour: 1,
          inverse: false,
          combine: 'and',
        }),
      ],
    }));
    await opened.world.control.batch(all, 'write');
    expect(
      await problem(put('label', { name: 'One more', condition: 'robot = false' })),
    ).toMatchObject({
      code: 'definition_invalid',
      detail: expect.stringContaining('200'),
    });
    expect((await put('label', { name: 'l7', condition: 'robot = true' })).status).toBe(200);
  });

  test('costs of campaigns are taken, and an import again takes their place', async () => {
    const csv = 'Date,Name,Spend\n2026-11-14,Spring,3\n2026-11-15,Spring,4';
    const input = {
      csv,
      currency: 'EUR',
      columns: { day: 'Date', campaign: 'Name', cost: 'Spend' },
    };
    const taken = await (await post('/api/datasets/shop/costs', input)).json();
    expect(taken).toMatchObject({ rows: 2, cost: 7, currency: 'EUR', unmatched: ['Spring'] });
    const again = { ...input, csv: csv.replace(',4', ',5') };
    expect((await post('/api/datasets/shop/costs', again)).status).toBe(200);
    const { costs } = await (
      await get('/api/datasets/shop/costs?from=2026-11-01&to=2026-12-01')
    ).json();
    expect(costs.map(({ cost }: { cost: number }) => cost)).toEqual([3, 5]);
    const analysis = { kind: 'campaigns', range: { from: '2026-11-14', to: '2026-11-15' } };
    const { rows } = await (await post('/api/datasets/shop/analysis', analysis)).json();
    expect(rows).toEqual([['Spring', 0, 0, null, 0, 0, 3, null, null, -1, null, null]]);
    const cell = { query: { metrics: ['bounces'], range: analysis.range }, metric: 'bounces' };
    expect(await (await post('/api/datasets/shop/query/sessions', cell)).json()).toEqual({
      condition:
        'session.start >= 2026-11-14 and session.start < 2026-11-15 and robot = false and session.bounce = true',
    });
  });
});
