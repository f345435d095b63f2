/** The API: who may ask it, what it says went wrong, and that it describes itself whole. */
import { describe, expect, test } from 'vitest';
import { headers, openedApi } from '../testing/opened-api.ts';

const opened = openedApi();
const { get, problem } = opened;

describe('who may ask', () => {
  test.each([
    'localhost',
    'localhost:8080',
    '127.0.0.1',
    '127.0.0.1:1',
    '[::1]',
    '[::1]:8080',
    'LOCALHOST',
  ])('a browser on this machine at %s', async (host) => {
    for (opened.peer of ['127.0.0.1', '127.8.9.1', '::1', '::ffff:127.0.0.1'])
      expect((await get('/api/status', { host })).status).toBe(200);
  });

  test.each([
    'shop.example',
    'localhost.evil.example',
    'evil.example:8080',
    '127.0.0.1.nip.io',
    '10.0.0.1',
    '',
    'localhost@evil.example',
    'localhost.',
    '0.0.0.0',
    '[::]',
  ])('not one that names the host %j', async (host) => {
    expect(await problem(get('/api/status', { host }))).toMatchObject({
      status: 403,
      code: 'local_only',
    });
  });

  test.each([
    '203.0.113.7',
    '10.0.0.1',
    '192.168.1.2',
    '2001:db8::1',
    '::ffff:10.0.0.1',
    '0.0.0.0',
    'unknown',
    '',
    undefined,
  ])('not a peer at %s', async (address) => {
    opened.peer = address;
    expect(await problem(get('/api/status'))).toMatchObject({ status: 403, code: 'local_only' });
  });

  test.each([
    'forwarded',
    'x-forwarded-for',
    'x-forwarded-host',
    'x-real-ip',
    'via',
  ])('nobody behind a proxy that says so in %s', async (name) => {
    expect(await problem(get('/api/status', { [name]: '127.0.0.1' }))).toMatchObject({
      code: 'local_only',
    });
  });

  test('a caller in this process, who has no address', async () => {
    opened.peer = undefined;
    expect((await opened.api.request('/api/status', {}, { inProcess: true })).status).toBe(200);
  });

  test('nobody who changes something without the header that a foreign page cannot send', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const asked = opened.api.request('http://localhost/api/datasets', {
        method,
        headers: { host: 'localhost', 'content-type': 'text/plain' },
        body: '{"slug":"evil"}',
      });
      expect(await problem(asked)).toMatchObject({ status: 403, code: 'cross_origin' });
    }
    expect(await opened.world.datasets.list()).toEqual([]);
    const asked = await opened.api.request('http://localhost/api/datasets', {
      method: 'OPTIONS',
      headers: { host: 'localhost', origin: 'https://evil.example' },
    });
    expect(asked.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('what went wrong', () => {
  test('in an unexpected way shows nothing of it, and is logged whole', async () => {
    opened.breakStatus = new Error('secret /data/path SELECT 1');
    const { status, code, detail } = await problem(get('/api/status'));
    expect([status, code]).toEqual([500, 'internal']);
    expect(detail).not.toMatch(/secret|data|SELECT/);
    expect(opened.logged).toEqual([
      ['error', 'internal', 'GET /api/status: Error: secret /data/path SELECT 1'],
    ]);
  });

  test('by the caller is answered, not logged', async () => {
    expect(await problem(get('/api/nothing/here'))).toMatchObject({
      status: 404,
      code: 'route_unknown',
    });
    expect(await problem(get('/api'))).toMatchObject({ status: 404, code: 'route_unknown' });
    expect(await problem(get('/api/datasets/nowhere'))).toMatchObject({
      status: 404,
      code: 'dataset_unknown',
    });
    expect(await problem(get('/api/datasets/..%2F..%2Fetc'))).toMatchObject({
      status: 400,
      code: 'request_invalid',
    });
    expect(opened.logged).toEqual([]);
  });

  test.each<[string, string, string]>([
    ['no JSON', '{', 'application/json'],
    ['nothing', '', 'application/json'],
    ['null', 'null', 'application/json'],
    ['an array', '[]', 'application/json'],
    ['JSON that does not say so', '{"slug":"shop"}', 'text/plain'],
    ['a slug with a slash', '{"slug":"../shop"}', 'application/json'],
    ['a slug that is too long', `{"slug":"${'x'.repeat(41)}"}`, 'application/json'],
    ['a time zone that is none', '{"slug":"shop","timeZone":"Mars/Olympus"}', 'application/json'],
    [
      'a host that is none',
      '{"slug":"shop","hosts":["https://shop.example/"]}',
      'application/json',
    ],
    ['a timeout of nothing', '{"slug":"shop","idleTimeoutMs":0}', 'application/json'],
  ])('in a body of %s is the caller’s', async (_name, body, type) => {
    const asked = opened.api.request('http://localhost/api/datasets', {
      method: 'POST',
      headers: { ...headers, host: 'localhost', 'content-type': type },
      body,
    });
    expect(await problem(asked)).toMatchObject({ status: 400, code: 'request_invalid' });
    expect(await opened.world.datasets.list()).toEqual([]);
  });

  test.each([
    ['{', 'application/json', 'The body is not JSON.'],
    ['{}', 'text/plain', 'The body is JSON: send it with Content-Type: application/json.'],
  ])('in a body that is not read says why: %s as %s', async (body, type, detail) => {
    const asked = opened.api.request('http://localhost/api/datasets', {
      method: 'POST',
      headers: { ...headers, host: 'localhost', 'content-type': type },
      body,
    });
    expect(await problem(asked)).toEqual({ status: 400, code: 'request_invalid', detail });
  });

  test('in a body that is too large is the caller’s, and it is not read to its end', async () => {
    let sent = 0;
    const endless = new ReadableStream({
      pull(controller) {
        sent += 1;
        controller.enqueue(new Uint8Array(1 << 20));
      },
    });
    const asked = opened.api.request('http://localhost/api/datasets', {
      method: 'POST',
      headers: { ...headers, host: 'localhost' },
      body: endless,
      duplex: 'half',
    } as RequestInit);
    expect(await problem(asked)).toMatchObject({ status: 413, code: 'body_too_large' });
    expect(sent).toBeLessThan(20);
  });
});

test('the description lists every route, and nothing else', async () => {
  const description = await (await get('/api/openapi.json')).json();
  const described = Object.entries(description.paths as Record<string, object>).flatMap(
    ([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} /api${path}`),
  );
  const served = opened.api.routes
    .filter(
      ({ method, path }) =>
        method !== 'ALL' &&
        path.startsWith('/api/') &&
        !['/api/openapi.json', '/api/docs'].includes(path),
    )
    .map(({ method, path }) => `${method} ${path.replace(/:(\w+)(\{.+\})?/g, '{$1}')}`);
  expect(described.sort()).toEqual([...new Set(served)].sort());
  expect(described.length).toBeGreaterThan(12);
  for (const methods of Object.values(
    description.paths as Record<string, Record<string, { summary?: string; responses: object }>>,
  )) {
    for (const { summary, responses } of Object.values(methods)) {
      expect(summary).toBeTruthy();
      expect(Object.keys(responses)).toContain('default');
    }
  }
});
