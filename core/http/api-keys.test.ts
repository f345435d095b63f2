/** Keys of programs, and the token of the command line. */
import { describe, expect, test } from 'vitest';
import { ann, signedInApi } from '../testing/signed-in-api.ts';

const hourMs = 3_600_000;

const opened = signedInApi();
const { ask, makeAnn } = opened;

describe('API keys', () => {
  test('are shown once, open what their role opens, and end', async () => {
    const cookie = await makeAnn();
    const body = { name: 'Build', role: 'reader', dataset: 'shop', days: 2 };
    const made = await ask<{ key: string; id: string }>('POST', '/api-keys', { cookie, body });
    const { key, id } = made.body;
    const headers = { authorization: `Bearer ${key}` };
    expect((await ask('GET', '/datasets/shop', { headers })).status).toBe(200);
    expect((await ask('GET', '/users', { headers })).body.code).toBe('right_missing');
    const dump = await Promise.all(
      ['api_key', 'audit'].map((table) =>
        opened.world.control.batch([`SELECT * FROM ${table}`], 'read'),
      ),
    );
    expect(
      JSON.stringify(dump.map(([all]) => all?.rows.map((row) => Object.values(row)))),
    ).not.toContain(key);
    expect(JSON.stringify((await ask('GET', '/api-keys', { cookie })).body)).not.toContain(key);
    opened.world.advance(2 * 24 * hourMs);
    expect((await ask('GET', '/datasets/shop', { headers })).status).toBe(401);
    const again = (await ask('POST', '/sign-in', { body: ann })).cookie;
    expect((await ask('DELETE', `/api-keys/${id}`, { cookie: again })).status).toBe(204);
    expect((await ask('DELETE', `/api-keys/${id}`, { cookie: again })).status).toBe(404);
  });

  test('/metrics takes one that may read everything, and no other', async () => {
    const cookie = await makeAnn();
    const codes: number[] = [];
    for (const dataset of ['shop', '*']) {
      const body = { name: 'Prometheus', role: 'reader', dataset };
      const { key } = (await ask<{ key: string }>('POST', '/api-keys', { cookie, body })).body;
      const headers = { authorization: `Bearer ${key}` };
      codes.push(
        (await opened.whole.app.request('http://stats.example/metrics', { headers })).status,
      );
    }
    codes.push((await opened.whole.app.request('http://stats.example/metrics')).status);
    expect(codes).toEqual([403, 200, 403]);
  });

  test('What the command line brings along is good from this machine only', async () => {
    await makeAnn();
    const headers = { host: 'localhost', authorization: 'Bearer cli_of_the_test' };
    expect((await ask('GET', '/users', { headers })).status).toBe(401);
    opened.whole.peer = '127.0.0.1';
    expect((await ask('GET', '/users', { headers })).status).toBe(200);
  });
});
