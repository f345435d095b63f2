/** FTP over TLS: a real server on this machine, with a certificate that it has signed itself. */
import { createHash, X509Certificate } from 'node:crypto';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FtpSrv } from 'ftp-srv';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Source, SourceSecrets } from '../../contract/source.ts';
import { freePort, openSourceWorld, type SourceWorld } from '../../testing/source-world.ts';
import { ownCertificate } from './testing/own-certificate.ts';

const lines = (from: number, to: number) =>
  Array.from(
    { length: to - from },
    (_, index) =>
      `10.0.0.${index % 50} - - [20/Nov/2026:10:00:${String((from + index) % 60).padStart(2, '0')} +0000] "GET /p${from + index} HTTP/1.1" 200 12 "-" "Firefox"\n`,
  ).join('');

const { raw } = new X509Certificate(ownCertificate.cert);
const ownKey = `SHA256:${createHash('sha256').update(raw).digest('base64').replace(/=+$/, '')}`;

let sources: SourceWorld;
let folder: string;
let server: FtpSrv;
let location: string;
/** Names of those who have got as far as a password, and whether it came over TLS. */
let signIns: { username: string; isSecure: boolean }[] = [];

beforeEach(async () => {
  sources = await openSourceWorld({ privateNetworks: ['127.0.0.0/8'], silenceMsMax: 5_000 });
  folder = sources.folder;
  const port = await freePort();
  server = new FtpSrv({
    url: `ftp://127.0.0.1:${port}`,
    pasv_url: '127.0.0.1',
    pasv_min: 40_000,
    pasv_max: 60_000,
    tls: ownCertificate as never,
  });
  (server as unknown as { log: { level(level: number): void } }).log?.level(100);
  signIns = [];
  server.on('login', ({ connection, username, password }, resolve, reject) => {
    const { secure } = connection as unknown as { secure?: boolean };
    signIns.push({ username, isSecure: secure === true });
    if (username === 'ann' && password === 'right') resolve({ root: folder });
    else reject(new Error('no'));
  });
  await server.listen();
  location = `ftps://127.0.0.1:${port}/access*.log`;
});
afterEach(async () => {
  await server.close();
  await sources.close();
});

const run = (more: Partial<Source> = {}, secrets: SourceSecrets = { password: 'right' }) =>
  sources.run(location, { user: 'ann', ...more }, secrets);

describe('FTPS', () => {
  test('refuses a certificate that nobody vouches for before it names anybody, and says which it is', async () => {
    writeFileSync(join(folder, 'access.log'), lines(0, 5));
    const stranger = await run();
    expect(stranger).toMatchObject({ state: 'failed', files: 0, accepted: 0 });
    expect(stranger.problems[0]).toContain('self-signed certificate');
    expect(stranger.problems[0]).toContain(ownKey);
    const other = await run({ hostKeys: [`SHA256:${'A'.repeat(43)}`] });
    expect(other.problems[0]).toContain(ownKey);
    expect(signIns).toEqual([]);
  });

  test('fetches over TLS from a server whose certificate the source names, and only what is new', async () => {
    writeFileSync(join(folder, 'access.1.log'), lines(0, 400));
    writeFileSync(join(folder, 'access.2.log'), lines(400, 500));
    const first = await run({ hostKeys: [ownKey] });
    expect(first).toMatchObject({ state: 'done', files: 2, accepted: 500, problems: [] });
    appendFileSync(join(folder, 'access.2.log'), lines(500, 520));
    const next = await sources.desk.run('Web');
    expect(next).toMatchObject({ files: 1, accepted: 20, problems: [] });
    expect(next.fetchedBytes).toBe(lines(500, 520).length);
    expect(signIns.length).toBeGreaterThan(2);
    expect(signIns.filter(({ isSecure }) => !isSecure)).toEqual([]);
  });

  test('refuses a wrong password without saying it', async () => {
    writeFileSync(join(folder, 'access.log'), lines(0, 5));
    const wrong = await run({ hostKeys: [ownKey] }, { password: 'hush' });
    expect(wrong.problems[0]).toContain('could not be signed in to');
    expect(JSON.stringify(wrong)).not.toContain('hush');
  });
});
