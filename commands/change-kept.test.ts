/** Commands that change a part of what they have read, while somebody else changes it between the two. */
import { Command } from 'commander';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiClient, connectApi } from '../core/http/api-client.ts';
import { keyMaker, type WholeApi, wholeApi } from '../core/testing/whole-api.ts';
import { createWorld, type World } from '../core/testing/world.ts';
import { addDatasetCommands } from './dataset.ts';
import { addEventCommands } from './events.ts';
import { addUserCommands } from './users.ts';

let world: World;
let whole: WholeApi;
let api: ApiClient;
/** What somebody else does after the command has read, once. */
let meanwhile: (() => Promise<unknown>) | undefined;

beforeAll(async () => {
  world = await createWorld();
  await world.dataset({ slug: 'shop' });
  whole = await wholeApi(world);
  const key = await (await keyMaker(whole))('administrator', '*');
  api = await connectApi({
    owner: () => undefined,
    token: () => undefined,
    openHere: async () => ({
      request: async (path, init) => {
        const headers = { ...init.headers, host: 'localhost', authorization: `Bearer ${key}` };
        const answer = await whole.app.request(`http://localhost${path}`, { ...init, headers });
        const then = meanwhile;
        meanwhile = undefined;
        await then?.();
        return answer;
      },
      close: async () => {},
    }),
  });
});
afterAll(() => world.close());

/** Runs a command in this process. @param faster what somebody else does between its reading and its change */
async function run(args: string[], faster?: () => Promise<unknown>): Promise<string[]> {
  const said: string[] = [];
  const program = new Command().exitOverride();
  const desk = {
    command: (usage: string) => program.command(usage),
    group: (name: string) => {
      const parent = program.command(name);
      return (usage: string) => parent.command(usage).option('--json');
    },
    withApi: <T>(_options: { json?: boolean }, work: (api: ApiClient) => Promise<T>) => work(api),
    out: (text: string) => void said.push(text),
    outJson: (value: unknown) => void said.push(JSON.stringify(value)),
    note: (text: string) => void said.push(text),
  };
  addDatasetCommands(desk);
  addUserCommands(desk);
  addEventCommands(desk);
  meanwhile = faster;
  await program.parseAsync(['node', 'canister', ...args]);
  return said;
}

const put = (path: string, body: unknown) => api.json('PUT', `/api${path}`, body);
const userOf = async (email: string) => {
  const { users } = await api.json<{ users: { id: string; email: string; name: string }[] }>(
    'GET',
    '/api/users',
  );
  return users.find((user) => user.email === email);
};
const refused = (code: string, look: string) => ({
  code,
  message: expect.stringContaining(`nothing was changed. See how it is now: canister ${look}`),
});

test('A dataset that somebody else changes meanwhile stays as that one wants it', async () => {
  const theirs = { name: 'Theirs', timeZone: 'UTC', hosts: ['theirs.example'] };
  const faster = () => put('/datasets/shop', theirs);
  const change = ['dataset', 'change', 'shop', '--name', 'Mine'];
  await expect(run(change, faster)).rejects.toMatchObject(
    refused('changed_meanwhile', 'dataset list'),
  );
  expect(await api.json('GET', '/api/datasets/shop')).toMatchObject(theirs);
  expect(await run(change)).toEqual([
    'shop is called "Mine", cuts its days in UTC, and takes hits of theirs.example.',
  ]);
});

test('So does a user', async () => {
  await run(['user', 'create', 'bob@shop.example', '--role', 'reader:shop']);
  const id = (await userOf('bob@shop.example'))?.id;
  const faster = () => put(`/users/${id}`, { name: 'Bobby', email: 'bob@shop.example' });
  const change = ['user', 'change', 'bob@shop.example', '--mail', 'robert@shop.example'];
  await expect(run(change, faster)).rejects.toMatchObject(
    refused('changed_meanwhile', 'user list'),
  );
  expect(await userOf('bob@shop.example')).toMatchObject({ name: 'Bobby' });
  await run(change);
  expect(await userOf('robert@shop.example')).toMatchObject({ name: 'Bobby' });
});

test('So does the draft of an event, also one that is new', async () => {
  const path = '/datasets/shop/events/Seen';
  const theirs = { name: 'Seen', trigger: 'every_hit', condition: 'request.path = "/theirs"' };
  const make = ['event', 'save', '--dataset', 'shop', '--name', 'Seen'].concat([
    '--trigger',
    'first_hit',
    '--condition',
    'request.path = "/mine"',
  ]);
  await expect(run(make, () => put(path, theirs))).rejects.toMatchObject({
    code: 'event_exists',
  });
  const change = ['event', 'save', '--dataset', 'shop', '--name', 'Seen', '--track', 'first'];
  const faster = () => put(path, { ...theirs, description: 'Ours' });
  await expect(run(change, faster)).rejects.toMatchObject(
    refused('event_changed', 'event show "Seen"'),
  );
  await run(change);
  expect(await api.json('GET', `/api${path}`)).toMatchObject({
    definition: { ...theirs, description: 'Ours', track: 'first' },
  });
});
