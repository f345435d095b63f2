/** Sources over a real SFTP server on this machine. */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSourceWorld, type SourceWorld } from '../../testing/source-world.ts';
import type { World } from '../../testing/world.ts';
import { startSftpServer } from './testing/sftp-server.ts';

const lines = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => {
    const number = from + index;
    const time = new Date(Date.UTC(2026, 10, 20, 10, 0, number)).toISOString();
    return `10.0.0.${number % 50} - - [20/Nov/2026:${time.slice(11, 19)} +0000] "GET /p${number} HTTP/1.1" 200 12 "-" "Firefox"\n`;
  }).join('');

const silenceMsMax = 1_500;
const secrets = { password: 'right' };

let sources: SourceWorld;
let world: World;
let folder: string;
beforeEach(async () => {
  sources = await openSourceWorld({ privateNetworks: ['127.0.0.0/8'], silenceMsMax });
  ({ world, folder } = sources);
});
afterEach(() => sources.close());

test('A fetch goes on after a connection that broke, and then brings only what is new', async () => {
  const file = join(folder, 'access.log');
  writeFileSync(file, lines(0, 3_000));
  const { location, hostKey } = await startSftpServer(sources, { breakAt: 100_000 });
  const signedIn = { user: 'ann', hostKeys: [hostKey] };
  const broken = await sources.run(location('access*.log'), signedIn, secrets);
  expect(broken.problems).toHaveLength(1);
  const rest = await sources.desk.run('Web');
  expect(rest).toMatchObject({ state: 'done', bad: 0, problems: [] });
  expect(broken.accepted + rest.accepted).toBe(3_000);
  appendFileSync(file, lines(3_000, 3_007));
  expect(await sources.desk.run('Web')).toMatchObject({ accepted: 7, bad: 0 });
});

test.each([
  'session',
  'OPENDIR',
  'READDIR',
  'OPEN',
  'READ',
  'CLOSE',
] as const)('A server that says nothing to %s is left after a while, with its connection', async (silentAt) => {
  writeFileSync(join(folder, 'access.log'), lines(0, 5));
  const { location, hostKey, connections } = await startSftpServer(sources, { silentAt });
  const signedIn = { user: 'ann', hostKeys: [hostKey] };
  const run = await sources.run(location('access*.log'), signedIn, secrets);
  expect(run).toMatchObject({ state: 'failed', files: 0 });
  expect(run.problems).toEqual([expect.stringContaining('has said nothing for 2 seconds.')]);
  await expect.poll(connections).toBe(0);
});

test('Folders that lack the next one keep no other from being looked through', async () => {
  for (const server of ['a/logs', 'b/logs', 'c'])
    mkdirSync(join(folder, server), { recursive: true });
  writeFileSync(join(folder, 'a/logs/access.log'), lines(0, 5));
  writeFileSync(join(folder, 'b/logs/access.log'), lines(5, 8));
  const { location, hostKey } = await startSftpServer(sources);
  const signedIn = { user: 'ann', hostKeys: [hostKey] };
  const run = await sources.run(location('*/logs/access.log'), signedIn, secrets);
  expect(run).toMatchObject({ state: 'done', files: 2, accepted: 8, problems: [] });
});

test('A host key that is not known is refused, and so is a wrong password, without saying it', async () => {
  writeFileSync(join(folder, 'access.log'), lines(0, 5));
  const { location, hostKey } = await startSftpServer(sources);
  const other = `SHA256:${'A'.repeat(43)}`;
  const place = location('access*.log');
  const stranger = await sources.run(place, { user: 'ann', hostKeys: [other] }, secrets);
  expect(stranger.problems[0]).toContain(`shows the host key ${hostKey}`);
  const signedIn = { user: 'ann', hostKeys: [hostKey] };
  const wrong = await sources.run(place, signedIn, { password: 'hush' });
  expect(wrong).toMatchObject({ state: 'failed', files: 0 });
  expect(JSON.stringify([wrong, await sources.desk.list()])).not.toContain('hush');
  const [row] = (await world.control.batch(['SELECT * FROM source'], 'read'))[0]?.rows ?? [];
  expect(Buffer.from(row?.secrets as ArrayBuffer).includes('hush')).toBe(false);
});
