/** What every inbox must do, whatever it stores in. A driver's test hands in how to make one and how to look inside. */
import { describe, expect, it } from 'vitest';
import type { Inbox, InboxHit } from './inbox.ts';

export interface InboxUnderTest {
  inbox: Inbox;
  /** Sets the clock that the inbox was made with. */
  setClock(atMs: number): void;
  /** The rows of the log, oldest first. */
  rows(): Promise<{ dataset: string; id: string; receivedAt: number; text: string }[]>;
  /** Every counter as `dataset outcome reason` → count, over all hours. */
  counts(): Promise<Record<string, number>>;
}

export const startMs = Date.UTC(2026, 10, 21, 10, 0, 0);

/** A hit whose id is `number` in the last bytes. */
export function hit(number: number, text = `body ${number}`, dataset = 'shop'): InboxHit {
  const hitId = new Uint8Array(16);
  new DataView(hitId.buffer).setUint32(12, number);
  return { dataset, hitId, body: new TextEncoder().encode(text) };
}

export function inboxSuite(name: string, make: () => Promise<InboxUnderTest>): void {
  describe(name, () => {
    it('keeps every hit once, in the order of arrival, with its bytes unchanged', async () => {
      const { inbox, rows } = await make();
      const outcomes = await inbox.append([hit(3), hit(1), hit(2, '{"t":"\\ud800 é"}')]);
      expect(outcomes).toEqual(['accepted', 'accepted', 'accepted']);
      expect((await rows()).map((row) => row.text)).toEqual([
        'body 3',
        'body 1',
        '{"t":"\\ud800 é"}',
      ]);
    });

    it('keeps the order of arrival whatever the ids are', async () => {
      const { inbox, rows } = await make();
      const numbers = Array.from({ length: 500 }, (_, index) => (index * 7_919) % 1_000);
      await inbox.append(numbers.map((number) => hit(number)));
      expect((await rows()).map((row) => row.text)).toEqual(numbers.map((n) => `body ${n}`));
    });

    it('answers a repeated id as a duplicate and keeps the first body', async () => {
      const { inbox, rows } = await make();
      await inbox.append([hit(1, 'first')]);
      expect(await inbox.append([hit(1, 'again'), hit(2)])).toEqual(['duplicate', 'accepted']);
      expect((await rows()).map((row) => row.text)).toEqual(['first', 'body 2']);
    });

    it('takes an id that comes twice in one call once', async () => {
      const { inbox, rows } = await make();
      const outcomes = await inbox.append([hit(7, 'one'), hit(7, 'two'), hit(8)]);
      expect(outcomes).toEqual(['accepted', 'duplicate', 'accepted']);
      expect((await rows()).map((row) => row.text)).toEqual(['one', 'body 8']);
    });

    it('takes one id in two datasets twice', async () => {
      const { inbox } = await make();
      const outcomes = await inbox.append([hit(1, 'a', 'shop'), hit(1, 'b', 'blog')]);
      expect(outcomes).toEqual(['accepted', 'accepted']);
    });

    it('gives each of many concurrent calls its own outcomes', async () => {
      const { inbox, rows } = await make();
      const calls = Array.from({ length: 300 }, (_, index) =>
        inbox.append([hit(index), hit(index % 100)]),
      );
      const outcomes = await Promise.all(calls);
      expect(outcomes[5]).toEqual(['accepted', 'duplicate']);
      expect(outcomes[299]).toEqual(['accepted', 'duplicate']);
      expect(outcomes.flat().filter((one) => one === 'accepted')).toHaveLength(300);
      expect(new Set((await rows()).map((row) => row.id)).size).toBe(300);
      expect(await rows()).toHaveLength(300);
    });

    it('counts received, accepted and duplicate by dataset', async () => {
      const { inbox, counts } = await make();
      await inbox.append([hit(1), hit(2), hit(1), hit(1, 'x', 'blog')]);
      await inbox.append([hit(2), hit(3, 'y', 'blog')]);
      inbox.count([
        { dataset: 'shop', outcome: 'received', reason: '', count: 1 },
        { dataset: 'shop', outcome: 'bad', reason: 'hit_invalid', count: 1 },
      ]);
      await inbox.flush();
      expect(await counts()).toEqual({
        'shop received ': 5,
        'shop accepted ': 2,
        'shop duplicate ': 2,
        'shop bad hit_invalid': 1,
        'blog received ': 2,
        'blog accepted ': 2,
      });
    });

    it('never lets the time of receipt go back when the clock does by a little', async () => {
      const { inbox, setClock, rows } = await make();
      await inbox.append([hit(1)]);
      setClock(startMs - 60_000);
      await inbox.append([hit(2)]);
      setClock(startMs + 5);
      await inbox.append([hit(3)]);
      expect((await rows()).map((row) => row.receivedAt)).toEqual([startMs, startMs, startMs + 5]);
    });

    it('goes back with a clock that was set back by more than a day', async () => {
      const { inbox, setClock, rows } = await make();
      const yearMs = 365 * 24 * 60 * 60 * 1000;
      setClock(startMs + yearMs);
      await inbox.append([hit(1)]);
      setClock(startMs);
      await inbox.append([hit(2)]);
      setClock(startMs - 5);
      await inbox.append([hit(3)]);
      const times = [startMs + yearMs, startMs, startMs];
      expect((await rows()).map((row) => row.receivedAt)).toEqual(times);
    });

    it('resolves an append of nothing with nothing', async () => {
      const { inbox } = await make();
      expect(await inbox.append([])).toEqual([]);
      await inbox.flush();
    });
  });
}
