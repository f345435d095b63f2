import { MessageChannel } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';
import { Problem } from '../contract/problem.ts';
import { callOver, serveCalls, Transferred } from './thread-port.ts';

interface Calls {
  add(one: number, other: number): Promise<number>;
  refuse(): Promise<never>;
  break(): Promise<never>;
  never(): Promise<never>;
  bytes(): Promise<Uint8Array>;
  missing(): Promise<never>;
}

const channels: MessageChannel[] = [];

function connect() {
  const channel = new MessageChannel();
  channels.push(channel);
  let handed: ArrayBuffer | undefined;
  serveCalls(channel.port1, {
    add: (one: number, other: number) => one + other,
    refuse: () => {
      throw new Problem('dataset_unknown', 'No dataset is called "x".');
    },
    break: async () => {
      throw Object.assign(new Error('disk full'), { code: 'ENOSPC' });
    },
    never: () => new Promise(() => {}),
    bytes: () => {
      const value = new Uint8Array([1, 2, 3]);
      handed = value.buffer;
      return new Transferred(value, [value.buffer]);
    },
  });
  return { ...callOver<Calls>(channel.port2), handed: () => handed };
}

afterEach(() => {
  for (const { port1 } of channels.splice(0)) port1.close();
});

test('Calls are answered, many at a time, each with its own answer', async () => {
  const { remote } = connect();
  const sums = await Promise.all(Array.from({ length: 500 }, (_, index) => remote.add(index, 1)));
  expect(sums).toEqual(Array.from({ length: 500 }, (_, index) => index + 1));
});

test('A problem keeps its code, another error its message and code', async () => {
  const { remote } = connect();
  const problem = await remote.refuse().catch((error) => error);
  expect(problem).toBeInstanceOf(Problem);
  expect([problem.code, problem.message]).toEqual(['dataset_unknown', 'No dataset is called "x".']);
  await expect(remote.break()).rejects.toMatchObject({ message: 'disk full', code: 'ENOSPC' });
});

test('A method that is not served is refused, also one that every object has', async () => {
  const { remote } = connect();
  await expect(remote.missing()).rejects.toThrow('no method missing');
  const inherited = remote as unknown as { valueOf(): Promise<never> };
  await expect(inherited.valueOf()).rejects.toThrow('no method valueOf');
});

test('Buffers are handed over, not copied', async () => {
  const { remote, handed } = connect();
  expect(await remote.bytes()).toEqual(new Uint8Array([1, 2, 3]));
  expect(handed()?.byteLength).toBe(0);
});

test('When the other side ends, calls under way and later ones are rejected with the reason', async () => {
  const { remote, ended } = connect();
  const open = remote.never();
  ended(new Error('the thread ended'));
  await expect(open).rejects.toThrow('the thread ended');
  await expect(remote.add(1, 2)).rejects.toThrow('the thread ended');
});
