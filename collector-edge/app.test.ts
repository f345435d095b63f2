import { createServer } from 'node:http';
import { connect } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { answerHitsDirectly, nodePeerAddress } from './node.ts';
import { createTestCollector, testHit, testStartMs } from './testing/collector.ts';

interface Client {
  addressPrefix?: string;
  addressKey?: string;
  userAgent: string;
  country?: string;
}

/** Sends one hit from `peer` and gives what the log holds of its client. */
async function clientOf(options: {
  peer?: string | undefined;
  trusted?: string[];
  headers?: Record<string, string>;
  hit?: Record<string, unknown>;
}): Promise<Client & { visitor: string; stored: string }> {
  const { post, bodies, inbox } = createTestCollector({
    peerAddress: () => options.peer,
    trustedProxies: options.trusted ?? [],
  });
  await post(JSON.stringify(testHit(1, options.hit)), options.headers);
  const [body] = bodies() as { client: Client; visitor: string }[];
  if (!body) throw new Error('the hit was not stored');
  const stored = new TextDecoder().decode(inbox.rows[0]?.body);
  return { ...body.client, visitor: body.visitor, stored };
}

describe('the address of the client', () => {
  const cut: [address: string, prefix: string][] = [
    ['203.0.113.77', '203.0.113.0'],
    ['::ffff:203.0.113.77', '203.0.113.0'],
    ['2001:db8:85a3:1:2:3:4:5', '2001:db8:85a3::'],
    ['fe80::1234%eth0', 'fe80::'],
    ['::1', '::'],
  ];
  it.each(cut)('%s is cut to %s, and nothing of the rest is stored', async (peer, prefix) => {
    const { addressPrefix, stored } = await clientOf({ peer });
    expect(addressPrefix).toBe(prefix);
    expect(stored).not.toContain(peer);
    expect(stored).not.toContain('.77');
  });

  it('is left out where it is unknown or not an address', async () => {
    expect(await clientOf({ peer: undefined })).not.toHaveProperty('addressPrefix');
    expect(await clientOf({ peer: '0x7f.1' })).not.toHaveProperty('addressKey');
  });

  it('has one key per dataset, the same for its v4 and its mapped v6 form', async () => {
    const v4 = await clientOf({ peer: '203.0.113.77' });
    const mapped = await clientOf({ peer: '::ffff:203.0.113.77' });
    const neighbour = await clientOf({ peer: '203.0.113.78' });
    const elsewhere = await clientOf({
      peer: '203.0.113.77',
      hit: { dataset: 'wk_blog', url: 'https://blog.example/' },
    });
    expect(mapped.addressKey).toBe(v4.addressKey);
    expect(neighbour.addressKey).not.toBe(v4.addressKey);
    expect(elsewhere.addressKey).not.toBe(v4.addressKey);
  });

  it('has the key that HMAC-SHA-256 gives: 16 bytes of it', async () => {
    const { createHmac } = await import('node:crypto');
    const expected = createHmac('sha256', 'secret of shop').update('203.0.113.77').digest('hex');
    const { addressKey } = await clientOf({ peer: '203.0.113.77' });
    expect(addressKey).toBe(expected.slice(0, 32));
  });

  it('stands in for a missing visitor together with the user agent', async () => {
    const hit = { visitor: undefined };
    const headers = { 'user-agent': 'A' };
    const one = await clientOf({ peer: '203.0.113.77', hit, headers });
    const same = await clientOf({ peer: '203.0.113.77', hit, headers });
    const otherAgent = await clientOf({
      peer: '203.0.113.77',
      hit,
      headers: { 'user-agent': 'B' },
    });
    const otherAddress = await clientOf({ peer: '203.0.113.78', hit, headers });
    expect(one.visitor).toMatch(/^[0-9a-f]{32}$/);
    expect(same.visitor).toBe(one.visitor);
    expect(
      new Set([one.visitor, otherAgent.visitor, otherAddress.visitor, one.addressKey]).size,
    ).toBe(4);
  });
});

describe('X-Forwarded-For', () => {
  const proxy = '10.0.0.1';
  const trusted = ['10.0.0.0/8', '::1'];
  const cases: [name: string, peer: string, header: string, prefix: string][] = [
    ['is not believed of a stranger', '198.51.100.9', '203.0.113.77', '198.51.100.0'],
    ['is believed of a trusted proxy', proxy, '203.0.113.77', '203.0.113.0'],
    ['of a mapped proxy too', `::ffff:${proxy}`, '203.0.113.77', '203.0.113.0'],
    [
      'counts from the right: a spoofed left hop is ignored',
      proxy,
      '1.2.3.4, 203.0.113.77',
      '203.0.113.0',
    ],
    ['skips trusted hops', proxy, '203.0.113.77, 10.9.9.9, 10.1.1.1', '203.0.113.0'],
    ['may hold a port', proxy, '203.0.113.77:4711', '203.0.113.0'],
    ['may hold a bracketed v6 with a port', proxy, '[2001:db8:1:2::3]:443', '2001:db8:1::'],
    ['ends at what is no address', proxy, '203.0.113.77, unknown, 10.1.1.1', '10.1.1.0'],
    ['of nothing but nonsense leaves the peer', proxy, 'unknown', '10.0.0.0'],
    [
      'with fifty hops gives the right-most stranger',
      proxy,
      Array(50).fill('203.0.113.77').join(),
      '203.0.113.0',
    ],
    ['of only trusted hops gives the left-most', proxy, '10.2.2.2, 10.1.1.1', '10.2.2.0'],
  ];
  it.each(cases)('%s', async (_name, peer, header, prefix) => {
    const { addressPrefix } = await clientOf({
      peer,
      trusted,
      headers: { 'x-forwarded-for': header },
    });
    expect(addressPrefix).toBe(prefix);
  });

  it('is the only header that is read: Forwarded is not', async () => {
    const headers = { forwarded: 'for=203.0.113.77' };
    const { addressPrefix } = await clientOf({ peer: proxy, trusted, headers });
    expect(addressPrefix).toBe('10.0.0.0');
  });

  it('needs proxies that are addresses or networks', () => {
    expect(() => createTestCollector({ trustedProxies: ['proxy.example'] })).toThrow(
      '"proxy.example" is not an address or network',
    );
    expect(() => createTestCollector({ trustedProxies: ['10.0.0.0/33'] })).toThrow('10.0.0.0/33');
  });
});

describe('the other routes', () => {
  it('answers a preflight for any origin, without credentials', async () => {
    const { app } = createTestCollector();
    const response = await app.request('/hits', { method: 'OPTIONS' });
    expect(response.status).toBe(204);
    expect(Object.fromEntries(response.headers)).toEqual({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'POST, OPTIONS',
      'access-control-allow-headers': 'Content-Type',
      'access-control-expose-headers': 'X-Canister-Refused, Retry-After',
      'access-control-max-age': '86400',
    });
  });

  it('refuses other methods and names the right ones', async () => {
    const { app } = createTestCollector();
    const get = await app.request('/hits');
    expect(get.status).toBe(405);
    expect(get.headers.get('allow')).toBe('POST, OPTIONS');
    expect(await get.json()).toMatchObject({ code: 'method_not_allowed', status: 405 });
    const post = await app.request('/tracker.js', { method: 'POST' });
    expect(post.headers.get('allow')).toBe('GET, HEAD, OPTIONS');
  });

  it('leaves what is not its own to the app that it is mounted into', async () => {
    const outer = new Hono();
    outer.route('/', createTestCollector().app);
    outer.get('/console', (c) => c.text('console'));
    outer.notFound((c) => c.text('nothing', 404));
    expect(await (await outer.request('/console')).text()).toBe('console');
    expect(await (await outer.request('/elsewhere')).text()).toBe('nothing');
    const hit = await outer.request('/hits', { method: 'POST', body: JSON.stringify(testHit(1)) });
    expect(hit.status).toBe(202);
  });

  it('serves the tracker with a tag, and nothing to those who have it', async () => {
    const { app } = createTestCollector();
    const first = await app.request('/tracker.js');
    expect(await first.text()).toBe('/* tracker */');
    expect(first.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(first.headers.get('cache-control')).toBe('public, max-age=3600');
    expect(first.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    const etag = first.headers.get('etag') ?? '';
    const again = await app.request('/tracker.js', {
      headers: { 'if-none-match': `"old", W/${etag}` },
    });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe('');
    const changed = createTestCollector({ trackerScript: '/* Tracker */' });
    expect((await changed.app.request('/tracker.js')).headers.get('etag')).not.toBe(etag);
  });

  it('tells its health', async () => {
    const well = await createTestCollector().app.request('/healthz');
    expect([well.status, await well.json()]).toEqual([200, { status: 'ok' }]);
    const ill = createTestCollector({ health: () => ({ ready: false, detail: 'no inbox' }) });
    const response = await ill.app.request('/healthz');
    expect([response.status, await response.json()]).toEqual([
      503,
      { status: 'unavailable', detail: 'no inbox' },
    ]);
  });
});

describe('the pixel', () => {
  const get = (query: string, headers: Record<string, string> = {}, method = 'GET') => {
    const collector = createTestCollector();
    const response = collector.app.request(`/pixel.gif?${query}`, { headers, method });
    return Promise.resolve(response).then((answer) => ({ ...collector, answer }));
  };

  it('counts a page view of its referrer and shows 43 bytes of GIF that nobody keeps', async () => {
    const { answer, bodies, counts } = await get('dataset=wk_shop', {
      referer: 'https://shop.example/mail',
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('image/gif');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    const image = Buffer.from(await answer.arrayBuffer());
    expect([image.length, image.subarray(0, 6).toString()]).toEqual([43, 'GIF89a']);
    const time = testStartMs.toString(16).padStart(12, '0');
    expect(bodies()).toMatchObject([
      {
        type: 'page_view',
        url: 'https://shop.example/mail',
        id: expect.stringMatching(
          new RegExp(
            `^${time.slice(0, 8)}-${time.slice(8)}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`,
          ),
        ),
      },
    ]);
    expect(counts()).toEqual({ 'shop received': 1, 'shop accepted': 1 });
  });

  it('takes the fields of a hit as parameters', async () => {
    const { bodies } = await get(
      'dataset=wk_shop&type=event&name=Open%20mail&url=https://shop.example/m&at=1747476303000' +
        '&number=3&screenWidth=1280&properties.list=news&properties.size=12',
    );
    expect(bodies()).toMatchObject([
      {
        type: 'event',
        name: 'Open mail',
        at: 1_747_476_303_000,
        number: 3,
        screenWidth: 1280,
        properties: { list: 'news', size: '12' },
      },
    ]);
  });

  it.each([
    ['url=https://shop.example/', 'hit_invalid', ' '],
    ['dataset=wk_nobody&url=https://shop.example/', 'dataset_unknown', ' '],
    ['dataset=wk_shop&url=https://shop.example/&number=', 'hit_invalid', 'shop '],
    ['dataset=wk_shop&url=https://shop.example/&title=a%00b', 'text_invalid', ' '],
    ['dataset=wk_blog&url=https://shop.example/', 'host_not_allowed', 'blog '],
  ])('shows the image for %s too, names %s and counts it', async (query, code, prefix) => {
    const { answer, counts, inbox } = await get(query);
    expect([answer.status, answer.headers.get('x-canister-refused')]).toEqual([200, code]);
    expect((await answer.arrayBuffer()).byteLength).toBe(43);
    const outcome = code === 'host_not_allowed' ? 'excluded' : 'bad';
    expect(counts()).toEqual({ [`${prefix}received`]: 1, [`${prefix}${outcome} ${code}`]: 1 });
    expect(inbox.rows).toHaveLength(0);
  });

  it('counts nothing for a HEAD', async () => {
    const { answer, counts } = await get('dataset=wk_shop&url=https://shop.example/', {}, 'HEAD');
    expect([answer.status, counts()]).toEqual([200, {}]);
  });
});

describe.each([
  ['by the app', false],
  ['directly', true],
])('over a real server that answers hits %s', (_, isDirect) => {
  const closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  /** Serves a collector on loopback and gives what comes back for raw bytes. */
  async function listen() {
    const collector = createTestCollector({ peerAddress: nodePeerAddress });
    const byApp = getRequestListener(collector.app.fetch);
    const failures: unknown[] = [];
    const directly = answerHitsDirectly(collector, (error) => failures.push(error));
    const server = createServer((incoming, outgoing) => {
      if (!isDirect || !directly(incoming, outgoing)) byApp(incoming, outgoing);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => new Promise((resolve) => server.close(() => resolve())));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    return { ...collector, port, failures };
  }

  function raw(
    port: number,
    write: (send: (data: string | Uint8Array) => boolean) => void,
  ): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1');
      let answer = '';
      socket.on('data', (data) => {
        answer += data;
        if (answer.includes('\r\n\r\n')) socket.destroy();
      });
      socket.on('close', () => resolve(answer));
      socket.on('error', (error) => (answer === '' ? reject(error) : resolve(answer)));
      socket.on('connect', () => write((text) => socket.writable && socket.write(text)));
    });
  }

  it('stores a hit with the cut address of the socket', async () => {
    const { port, bodies } = await listen();
    const response = await fetch(`http://127.0.0.1:${port}/hits`, {
      method: 'POST',
      body: JSON.stringify(testHit(1)),
      headers: { 'x-forwarded-for': '203.0.113.77' },
    });
    expect(response.status).toBe(202);
    expect(bodies()).toMatchObject([{ client: { addressPrefix: '127.0.0.0' } }]);
  });

  it('refuses an announced 100 MB at once, without waiting for a byte of it', async () => {
    const { port, counts } = await listen();
    const answer = await raw(port, (send) => {
      send('POST /hits HTTP/1.1\r\nHost: x\r\nContent-Length: 104857600\r\n\r\n');
    });
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer.toLowerCase()).toContain('x-canister-refused: body_too_large');
    expect(counts()).toEqual({ ' received': 1, ' bad body_too_large': 1 });
  });

  it('stops reading an endless chunked body at its limit', async () => {
    const { port, counts } = await listen();
    const chunk = `1000\r\n${' '.repeat(0x1000)}\r\n`;
    let sent = 0;
    const answer = await raw(port, (send) => {
      send('POST /hits HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
      const more = setInterval(() => {
        sent += 1;
        if (sent > 500 || !send(chunk.repeat(4))) clearInterval(more);
      }, 1);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(counts()).toEqual({ ' received': 1, ' bad body_too_large': 1 });
  });

  it('answers 500 when the collector itself fails', async () => {
    const { port, inbox, failures } = await listen();
    const wrong = new TypeError('a fault of the program');
    inbox.append = () => Promise.reject(wrong);
    const said = vi.spyOn(console, 'error').mockImplementation(() => {});
    const body = JSON.stringify(testHit(1));
    const answer = await raw(port, (send) => {
      send(`POST /hits HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 500 /);
    expect(isDirect ? failures : said.mock.calls.flat()).toEqual([wrong]);
    said.mockRestore();
  });

  it('takes a small chunked body', async () => {
    const { port, counts } = await listen();
    const body = JSON.stringify(testHit(1));
    const answer = await raw(port, (send) => {
      send('POST /hits HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
      send(`${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 202 /);
    expect(counts()).toEqual({ 'shop received': 1, 'shop accepted': 1 });
  });

  it('takes a body that comes in pieces, cut within a character', async () => {
    const { port, bodies } = await listen();
    const body = Buffer.from(JSON.stringify(testHit(1, { title: 'Grüße €' })));
    const cut = body.indexOf('€') + 1;
    const answer = await raw(port, (send) => {
      send(`POST /hits HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n`);
      send(body.subarray(0, cut));
      setTimeout(() => send(body.subarray(cut)), 30);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 202 /);
    expect(bodies()).toMatchObject([{ title: 'Grüße €' }]);
  });

  it('refuses a body that was announced and is empty, and goes on with the connection', async () => {
    const { port, counts } = await listen();
    const hit = JSON.stringify(testHit(1));
    const post = (body: string) =>
      `POST /hits HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    let answers = '';
    await new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(post('') + post(hit)));
      socket.on('data', (data) => {
        answers += data;
        if (answers.includes('"accepted":1')) socket.destroy();
      });
      socket.on('close', () => resolve());
    });
    expect([...answers.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual([
      '400',
      '202',
    ]);
    expect(counts()).toMatchObject({ ' bad not_json': 1, 'shop accepted': 1 });
  });

  it('counts a body that ended early as bad', async () => {
    const { port, counts } = await listen();
    await new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.write('POST /hits HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"dataset"');
        setTimeout(() => socket.destroy(), 50);
      });
      socket.on('close', () => resolve());
    });
    await expect.poll(counts).toEqual({ ' received': 1, ' bad body_unreadable': 1 });
  });

  it('survives fifty requests written at once on one connection', async () => {
    const { port, inbox } = await listen();
    const requests = Array.from({ length: 50 }, (_, number) => {
      const body = JSON.stringify(testHit(number));
      return `POST /hits HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    });
    await new Promise<void>((resolve) => {
      let answers = '';
      const socket = connect(port, '127.0.0.1', () => socket.write(requests.join('')));
      socket.on('data', (data) => {
        answers += data;
        if (answers.split('HTTP/1.1 202').length === 51) socket.destroy();
      });
      socket.on('close', () => resolve());
    });
    expect(inbox.rows).toHaveLength(50);
  });
});
