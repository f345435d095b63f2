import { expect, test } from 'vitest';
import { createGate } from './gate.ts';

/** A promise that is fulfilled by hand. */
function latch() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

const turns = async () => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

test('Many pass at once; who wants the gate alone waits for them, and they for him', async () => {
  const gate = createGate();
  const log: string[] = [];
  const [first, second, alone] = [latch(), latch(), latch()];
  const pass = (name: string, until: Promise<void>) =>
    gate.pass(async () => {
      log.push(`${name} in`);
      await until;
      log.push(`${name} out`);
    });
  const all = [pass('a', first.opened), pass('b', second.opened)];
  all.push(
    gate.alone(async () => {
      log.push('alone in');
      await alone.opened;
      log.push('alone out');
    }),
  );
  await turns();
  expect(gate.isTaken()).toBe(true);
  all.push(pass('c', Promise.resolve()));
  first.open();
  await turns();
  expect(log).toEqual(['a in', 'b in', 'a out']);
  second.open();
  await turns();
  alone.open();
  await Promise.all(all);
  expect(log.slice(3)).toEqual(['b out', 'alone in', 'alone out', 'c in', 'c out']);
  expect(gate.isTaken()).toBe(false);
});

test('Two who want it alone have it one after the other, and a failure is no obstacle', async () => {
  const gate = createGate();
  let inside = 0;
  const alone = (fails: boolean) =>
    gate.alone(async () => {
      inside += 1;
      expect(inside).toBe(1);
      await turns();
      inside -= 1;
      if (fails) throw new Error('it fails');
      return 'done';
    });
  const results = await Promise.allSettled([alone(true), alone(false), alone(true), alone(false)]);
  expect(results.map(({ status }) => status)).toEqual([
    'rejected',
    'fulfilled',
    'rejected',
    'fulfilled',
  ]);
  await expect(gate.pass(async () => Promise.reject(new Error('x')))).rejects.toThrow('x');
  expect(await gate.alone(async () => 1)).toBe(1);
});
