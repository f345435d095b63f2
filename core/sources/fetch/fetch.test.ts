/** Sources over real servers on this machine: HTTP, SFTP, FTP, and S3 by its own answers. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { FtpSrv } from 'ftp-srv';
import ssh2 from 'ssh2';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { worldSources } from '../../testing/source-desk.ts';
import {
  askedPart,
  freePort,
  openSourceWorld,
  type SourceWorld,
} from '../../testing/source-world.ts';
import type { World } from '../../testing/world.ts';

const lines = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => {
    const number = from + index;
    const time = new Date(Date.UTC(2026, 10, 20, 10, 0, number)).toISOString();
    return `10.0.0.${number % 50} - - [20/Nov/2026:${time.slice(11, 19)} +0000] "GET /p${number} HTTP/1.1" 200 12 "-" "Firefox"\n`;
  }).join('');

const silenceMsMax = 1_500;

let sources: SourceWorld;
let world: World;
let folder: string;
beforeEach(async () => {
  sources = await openSourceWorld({ privateNetworks: ['127.0.0.0/8'], silenceMsMax });
  ({ world, folder } = sources);
});
afterEach(() => sources.close());

describe('HTTP', () => {
  test('fetches what is new in parts, goes on where it was broken off, and lets alone what is the same', async () => {
    let text = lines(0, 1_000);
    let breakAfter = 30_000;
    let sentBytes = 0;
    const base = await sources.serve((request, response) => {
      const { part, contentRange } = askedPart(request, text);
      response.writeHead(206, {
        'content-range': contentRange,
        'content-length': part.length,
        etag: `"${text.length}"`,
      });
      sentBytes += Math.min(part.length, breakAfter);
      if (part.length <= breakAfter) response.end(part);
      else response.write(part.slice(0, breakAfter), () => response.destroy());
    });
    const broken = await sources.run(`${base}/access.log`);
    expect(broken.state).not.toBe('done');
    expect(broken.problems).toHaveLength(1);
    breakAfter = 1e9;
    const before = sentBytes;
    const rest = await sources.desk.run('Web');
    expect(rest).toMatchObject({ state: 'done', bad: 0 });
    expect(broken.accepted + rest.accepted).toBe(1_000);
    // The rest, and the beginning and the end of what was there, by which it is known again.
    expect(sentBytes - before).toBeLessThan(text.length - broken.fetchedBytes + 2_000);
    expect(broken.fetchedBytes).toBeGreaterThan(10_000);
    expect(await sources.desk.run('Web')).toMatchObject({ files: 0, fetchedBytes: 0 });
    text += lines(1_000, 1_010);
    expect(await sources.desk.run('Web')).toMatchObject({ accepted: 10, bad: 0 });
    expect(await world.sql('shop', 'SELECT count(*), count(DISTINCT path) FROM hits')).toEqual([
      [1_010, 1_010],
    ]);
  });

  test('says how far a run is while it goes on', async () => {
    const text = lines(0, 1_000);
    const half = 50_000;
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const base = await sources.serve(async (request, response) => {
      const { part } = askedPart(request, text);
      response.writeHead(206, { 'content-length': part.length, etag: '"one"' });
      response.write(part.slice(0, half));
      if (part.length > half) await held;
      response.end(part.slice(half));
    });
    const running = sources.run(`${base}/access.log`);
    const progress = async () => (await sources.desk.list())[0]?.state.progress;
    await expect.poll(async () => (await progress())?.fetchedBytes, { interval: 20 }).toBe(half);
    expect(await progress()).toMatchObject({ doing: 'fetching', file: `${base}/access.log` });
    letGo();
    expect(await running).toMatchObject({ accepted: 1_000, fetchedBytes: text.length });
    expect(await progress()).toBeUndefined();
  });

  test('refuses pages, private addresses, redirects to them, and servers that say nothing', async () => {
    const page = await sources.serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>');
    });
    expect((await sources.run(`${page}/a.log`)).problems[0]).toContain('gives a page (text/html)');
    const leads = await sources.serve((_request, response) => {
      response.writeHead(302, { location: 'http://10.1.2.3/meta' }).end();
    });
    expect((await sources.run(`${leads}/a.log`)).problems[0]).toContain('not a public address');
    const silent = await sources.serve(() => {});
    expect(await sources.run(`${silent}/a.log`)).toMatchObject({ state: 'failed', files: 0 });
    sources.desk = worldSources(world, { folders: [], silenceMsMax });
    expect((await sources.run(`${page}/a.log`)).problems[0]).toContain(
      'CANISTER_SOURCE_PRIVATE_NETWORKS',
    );
  });
});

/** A real SFTP server over the folder. Reads beyond `breakAt` end the connection, once. */
async function sftpServer(breakAt = Number.POSITIVE_INFINITY) {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2_048,
    publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  const { STATUS_CODE } = ssh2.utils.sftp;
  let limit = breakAt;
  const server = new ssh2.Server({ hostKeys: [privateKey] }, (client) => {
    client.on('error', () => undefined);
    client.on('authentication', (asked) => {
      const isRight = asked.method === 'password' && asked.password === 'right';
      if (isRight && asked.username === 'ann') asked.accept();
      else asked.reject(['password']);
    });
    client.on('session', (accept) => {
      accept().on('sftp', (acceptSftp) => {
        const sftp = acceptSftp();
        const listed = new Set<number>();
        const attrsOf = (path: string) => {
          const { mode, size, mtimeMs } = statSync(path);
          const seconds = Math.floor(mtimeMs / 1_000);
          return { mode, size, uid: 0, gid: 0, atime: seconds, mtime: seconds };
        };
        const real = (path: string) => join(folder, path);
        sftp.on('OPENDIR', (id, path) => {
          const handle = Buffer.alloc(4);
          handle.writeUInt32BE(openSync(real(path), 'r'));
          sftp.handle(id, handle);
        });
        sftp.on('READDIR', (id, handle) => {
          const number = handle.readUInt32BE();
          if (listed.has(number)) return sftp.status(id, STATUS_CODE.EOF);
          listed.add(number);
          const names = readdirSync(folder).map((filename) => ({
            filename,
            longname: `-rw-r--r-- 1 a a 1 Jan 1 00:00 ${filename}`,
            attrs: attrsOf(real(filename)),
          }));
          sftp.name(id, names);
        });
        sftp.on('OPEN', (id, path) => {
          const handle = Buffer.alloc(4);
          handle.writeUInt32BE(openSync(real(path), 'r'));
          sftp.handle(id, handle);
        });
        sftp.on('FSTAT', (id, handle) => {
          const { mode, size } = fstatSync(handle.readUInt32BE());
          sftp.attrs(id, { mode, size, uid: 0, gid: 0, atime: 0, mtime: 0 });
        });
        sftp.on('READ', (id, handle, offset, length) => {
          if (offset + length > limit) {
            limit = Number.POSITIVE_INFINITY;
            client.end();
            return;
          }
          const bytes = Buffer.alloc(length);
          const read = readSync(handle.readUInt32BE(), bytes, 0, length, offset);
          if (read === 0) sftp.status(id, STATUS_CODE.EOF);
          else sftp.data(id, bytes.subarray(0, read));
        });
        sftp.on('CLOSE', (id, handle) => {
          const number = handle.readUInt32BE();
          listed.delete(number);
          closeSync(number);
          sftp.status(id, STATUS_CODE.OK);
        });
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  sources.atEnd(() => server.close());
  const parsed = ssh2.utils.parseKey(privateKey);
  if (parsed instanceof Error) throw parsed;
  const [key] = [parsed].flat();
  const digest = createHash('sha256')
    .update(key?.getPublicSSH() ?? '')
    .digest('base64');
  return {
    location: `sftp://127.0.0.1:${(server.address() as AddressInfo).port}/access*.log`,
    hostKey: `SHA256:${digest.replace(/=+$/, '')}`,
  };
}

describe('SFTP', () => {
  test('goes on after a connection that broke, and then fetches only what is new', async () => {
    const file = join(folder, 'access.log');
    writeFileSync(file, lines(0, 3_000));
    const { location, hostKey } = await sftpServer(100_000);
    const signedIn = { user: 'ann', hostKeys: [hostKey] };
    const broken = await sources.run(location, signedIn, { password: 'right' });
    expect(broken.problems).toHaveLength(1);
    const rest = await sources.desk.run('Web');
    expect(rest).toMatchObject({ state: 'done', bad: 0, problems: [] });
    expect(broken.accepted + rest.accepted).toBe(3_000);
    appendFileSync(file, lines(3_000, 3_007));
    expect(await sources.desk.run('Web')).toMatchObject({ accepted: 7, bad: 0 });
  });

  test('refuses a host key that it does not know, and a wrong password, without saying it', async () => {
    writeFileSync(join(folder, 'access.log'), lines(0, 5));
    const { location, hostKey } = await sftpServer();
    const other = `SHA256:${'A'.repeat(43)}`;
    const stranger = await sources.run(
      location,
      { user: 'ann', hostKeys: [other] },
      { password: 'right' },
    );
    expect(stranger.problems[0]).toContain(`shows the host key ${hostKey}`);
    const wrong = await sources.run(
      location,
      { user: 'ann', hostKeys: [hostKey] },
      { password: 'hush' },
    );
    expect(wrong).toMatchObject({ state: 'failed', files: 0 });
    expect(JSON.stringify([wrong, await sources.desk.list()])).not.toContain('hush');
    const [row] = (await world.control.batch(['SELECT * FROM source'], 'read'))[0]?.rows ?? [];
    expect(Buffer.from(row?.secrets as ArrayBuffer).includes('hush')).toBe(false);
  });
});

describe('FTP', () => {
  test('fetches by pattern, and only what is new', async () => {
    const port = await freePort();
    const server = new FtpSrv({
      url: `ftp://127.0.0.1:${port}`,
      pasv_url: '127.0.0.1',
      pasv_min: 40_000,
      pasv_max: 60_000,
    });
    (server as unknown as { log: { level(level: number): void } }).log?.level(100);
    server.on('login', ({ username, password }, resolve, reject) => {
      if (username === 'ann' && password === 'right') resolve({ root: folder });
      else reject(new Error('no'));
    });
    await server.listen();
    sources.atEnd(() => server.close());
    writeFileSync(join(folder, 'access.1.log'), lines(0, 500));
    writeFileSync(join(folder, 'access.2.log'), lines(500, 600));
    const location = `ftp://127.0.0.1:${port}/access*.log`;
    const first = await sources.run(location, { user: 'ann' }, { password: 'right' });
    expect(first).toMatchObject({ files: 2, accepted: 600, problems: [] });
    appendFileSync(join(folder, 'access.2.log'), lines(600, 620));
    const next = await sources.desk.run('Web');
    expect(next).toMatchObject({ files: 1, accepted: 20, problems: [] });
    expect(next.fetchedBytes).toBe(lines(600, 620).length);
    const wrong = await sources.run(location, { user: 'ann' }, { password: 'wrong' });
    expect(wrong.problems[0]).toContain('could not be signed in to');
  });
});
