/** A collector over a memory inbox, and a hit that is valid by default, for tests that drive the real routes. */
import type { DatasetEntry } from '../../core/contract/dataset.ts';
import { type Collector, type CollectorOptions, createCollectorParts } from '../app.ts';
import { createMemoryInbox, type MemoryInbox } from '../inbox/memory-inbox.ts';

export const testStartMs = Date.UTC(2026, 10, 21, 10, 0, 0);

export const testDatasets: DatasetEntry[] = [
  { slug: 'shop', writeKey: 'wk_shop', hosts: [], addressSecret: 'secret of shop' },
  {
    slug: 'blog',
    writeKey: 'wk_blog',
    hosts: ['blog.example', '*.blog.example', 'localhost:3000'],
    addressSecret: 'secret of blog',
  },
];

export interface TestCollector extends Collector {
  inbox: MemoryInbox;
  /** What lies in the log, decoded. */
  bodies(): Record<string, unknown>[];
  /** Counters as `dataset outcome reason` → count, `received` without its empty reason. */
  counts(): Record<string, number>;
  post(body: BodyInit, headers?: Record<string, string>): Promise<Response>;
}

export function createTestCollector(options: Partial<CollectorOptions> = {}): TestCollector {
  const clock = () => testStartMs;
  const inbox = createMemoryInbox({ clock });
  const { app, postHits } = createCollectorParts({
    inbox,
    directory: { find: (key) => testDatasets.find((dataset) => dataset.writeKey === key) },
    clock,
    trackerScript: '/* tracker */',
    vitalsScript: '/* vitals */',
    peerAddress: () => '203.0.113.77',
    trustedProxies: [],
    ...options,
  });
  return {
    app,
    postHits,
    inbox,
    bodies: () => inbox.rows.map((row) => JSON.parse(new TextDecoder().decode(row.body))),
    counts: () =>
      Object.fromEntries(
        inbox
          .counts()
          .map((one) => [`${one.dataset} ${one.outcome} ${one.reason}`.trimEnd(), one.count]),
      ),
    post: async (body, headers = {}) => app.request('/hits', { method: 'POST', body, headers }),
  };
}

/** A valid page view; `number` makes its id. */
export function testHit(
  number: number,
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    dataset: 'wk_shop',
    id: `01979a00-0000-7000-8000-${number.toString(16).padStart(12, '0')}`,
    type: 'page_view',
    visitor: 'v1',
    url: 'https://shop.example/cart?step=2',
    ...more,
  };
}
