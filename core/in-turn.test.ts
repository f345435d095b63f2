import { expect, test } from 'vitest';
import { inTurn } from './in-turn.ts';

test('Works run in the order of the calls, none into another, and one that fails stops only itself', async () => {
  const { run, idle } = inTurn();
  const seen: string[] = [];
  const work = (name: string, turns: number) => async () => {
    seen.push(`${name} begins`);
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    seen.push(`${name} ends`);
    if (name === 'second') throw new Error('no luck');
    return name;
  };
  const all = Promise.allSettled([
    run(work('first', 50)),
    run(work('second', 0)),
    run(work('third', 5)),
  ]);
  expect(seen).toEqual([]);
  await idle();
  expect(seen).toEqual(
    ['first', 'second', 'third'].flatMap((name) => [`${name} begins`, `${name} ends`]),
  );
  expect((await all).map((one) => (one.status === 'fulfilled' ? one.value : one.status))).toEqual([
    'first',
    'rejected',
    'third',
  ]);
});
