/** Two batches of one dataset under way: one is sealed while the one before it goes into the tables. */
import { expect, test } from 'vitest';
import type { EndedSession } from '../sessions/sessionizer.ts';
import { datasetDisk, newMemoryDisk } from '../stores/memory-disk.ts';
import { memoryAnalytics, memoryCanister } from '../stores/memory-stores.ts';
import { createSessionCommit } from './session-commit.ts';

const startMs = Date.UTC(2026, 10, 21, 10);

/** Stores in memory whose every moment is noted; at the one named they wait for `go`, and then do what it says. */
function storesWaitingAt(name: string) {
  const disk = datasetDisk(newMemoryDisk(['shop']), 'shop');
  const moments: string[] = [];
  let go: (failure?: Error) => void = () => {};
  let waiting: Promise<void> | undefined = new Promise((resolve, reject) => {
    go = (failure) => (failure === undefined ? resolve() : reject(failure));
  });
  const moment = async (reached: string) => {
    moments.push(reached);
    if (reached !== name || waiting === undefined) return;
    const first = waiting;
    waiting = undefined;
    await first;
  };
  const commit = createSessionCommit({
    canister: memoryCanister(disk, moment),
    analytics: memoryAnalytics(disk, moment),
    applyPast: async (sessions) => [...sessions],
  });
  return { disk, moments, commit, go };
}

function ended(id: string): EndedSession {
  return {
    session: {
      id,
      dataset: 'shop',
      visitor: id,
      startedAt: startMs,
      endedAt: startMs,
      origin: 'tracker',
      userAgent: '',
      technology: { device: 'desktop' },
      acquisition: {},
      hits: [],
    },
    endReason: 'idle',
    firstSeq: 1,
    lastSeq: 1,
    devices: [id],
  };
}

const idsOf = ({ committed }: ReturnType<typeof datasetDisk>) =>
  committed.sessions.map(({ session }) => session.id);

test('the second is sealed while the first goes into the tables, and follows it there', async () => {
  const { disk, moments, commit, go } = storesWaitingAt('tables-mid-commit');
  const first = commit.store([ended('a')], 3);
  const second = commit.store([ended('b')], 7);
  await expect
    .poll(() => moments.filter((name) => name === 'canister-after-fsync'))
    .toHaveLength(2);
  expect(moments.filter((name) => name === 'tables-before-commit')).toHaveLength(1);
  go();
  expect((await first).low).toBe(3);
  expect((await second).low).toBe(7);
  expect(idsOf(disk)).toEqual(['a', 'b']);
});

test('where the first does not come into the tables, the position of the second does not either', async () => {
  const { disk, moments, commit, go } = storesWaitingAt('tables-before-commit');
  const first = commit.store([ended('a')], 3);
  const second = commit.store([ended('b')], 7, first);
  const [firstSaid, secondSaid] = [first, second].map((work) => work.catch(String));
  await expect
    .poll(() => moments.filter((name) => name === 'canister-after-fsync'))
    .toHaveLength(2);
  go(new Error('no space left'));
  expect(await firstSaid).toContain('no space left');
  expect(await secondSaid).toContain('no space left');
  // Given when the first has failed already, and nobody has seen it yet.
  await expect(commit.store([ended('b')], 7, first)).rejects.toThrow('no space left');
  expect(disk.committed.position.low).toBe(0);
  // Tried again together, as the engine does.
  expect((await commit.store([ended('a'), ended('b')], 7)).low).toBe(7);
  expect(idsOf(disk)).toEqual(['a', 'b']);
});

test('a batch that names none before it, as of a log, goes in though the one before it did not', async () => {
  const { disk, moments, commit, go } = storesWaitingAt('tables-before-commit');
  const first = commit.store([ended('a')], 3).catch(String);
  const second = commit.store([ended('b')]);
  await expect
    .poll(() => moments.filter((name) => name === 'canister-after-fsync'))
    .toHaveLength(2);
  go(new Error('no space left'));
  expect(await first).toContain('no space left');
  await second;
  expect(idsOf(disk)).toEqual(['b']);
});
