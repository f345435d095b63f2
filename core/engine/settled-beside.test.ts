/** A backlog is read on while the tables are checkpointed and the inbox is pruned; only what a checkpoint holds goes. */
import { afterEach, expect, test } from 'vitest';
import { rowsPerStepUsual as rowsPerStepMax } from '../pipeline.ts';
import { createWorld, type World } from '../testing/world.ts';

const steps = 4;

let world: World | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

/** A core with a backlog of some full steps, for which a checkpoint is always due; each waits for `answer`. */
async function withBacklog() {
  const reads: number[] = [];
  const prunings: number[] = [];
  let checkpoints = 0;
  let answer: (failure?: Error) => void = () => {};
  const made = await createWorld({
    checkpointEveryMs: -1,
    wrapInbox: (inbox) => ({
      ...inbox,
      take(after, limit) {
        reads.push(after);
        return inbox.take(after, limit);
      },
      prune(dataset, through) {
        if (dataset !== undefined) prunings.push(through);
        return inbox.prune(dataset, through);
      },
    }),
    wrapStores: ({ analytics, canister }) => ({
      canister,
      analytics: {
        ...analytics,
        async checkpoint() {
          checkpoints += 1;
          await new Promise<void>((resolve, reject) => {
            answer = (failure) => (failure === undefined ? resolve() : reject(failure));
          });
          await analytics.checkpoint();
        },
      },
    }),
  });
  world = made;
  await made.dataset({ slug: 'shop', idleTimeoutMs: 60_000 });
  await made.send({ visitor: 'first' });
  made.advance(120_000);
  for (let sent = 0; sent < steps * rowsPerStepMax; sent += rowsPerStepMax)
    await made.send(
      ...Array.from({ length: rowsPerStepMax }, (_, index) => ({ visitor: `${sent + index}` })),
    );
  return {
    world: made,
    reads,
    prunings,
    answer: (failure?: Error) => answer(failure),
    checkpoints: () => checkpoints,
  };
}

const rowsInInbox = async ({ hits }: World) => {
  const [counted] = await hits.batch(
    ['SELECT count(*) FROM hit_inbox WHERE dataset IS NOT NULL'],
    'read',
  );
  return Number(counted?.rows[0]?.[0]);
};

test('rows are read while a checkpoint is under way, and nothing is pruned before it has come', async () => {
  const { world, reads, prunings, answer, checkpoints } = await withBacklog();
  const sent = await rowsInInbox(world);
  await world.engine.step();
  await world.engine.step();
  // What the first step left to store has been stored by now; two batches may be under way.
  await expect.poll(checkpoints).toBe(1);
  const readBefore = reads.length;
  await world.engine.step();
  expect(reads.length).toBeGreaterThan(readBefore);
  expect(checkpoints()).toBe(1);
  expect(prunings).toEqual([]);
  expect(await rowsInInbox(world)).toBe(sent);
  answer();
  await expect.poll(() => prunings.length).toBe(1);
  await expect.poll(() => rowsInInbox(world)).toBeLessThan(sent);
  expect(prunings[0]).toBeLessThan(sent);
});

test('a checkpoint that fails is told by the next step, prunes nothing, and is made again', async () => {
  const { world, prunings, answer, checkpoints } = await withBacklog();
  await world.engine.step();
  await world.engine.step();
  await expect.poll(checkpoints).toBe(1);
  answer(new Error('no space left'));
  await expect.poll(() => world.engine.step().catch(String)).toContain('no space left');
  expect(prunings).toEqual([]);
  await world.engine.step();
  await expect.poll(checkpoints).toBe(2);
  answer();
  await expect.poll(() => prunings.length).toBe(1);
});
