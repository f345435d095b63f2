/** The hits of a session in a real browser: fields as they came, links only where an address may be one. */
import { afterEach, describe, expect, it } from 'vitest';
import { endReasons, type SessionHit } from '../../core/contract/session.ts';
import { fieldsOf, linkOf } from './hit-fields.ts';
import type { HitList } from './hit-list.ts';
import './hit-list.ts';
import { endReasonTexts } from './session-words.ts';

afterEach(() => document.body.replaceChildren());

const hit: SessionHit = {
  id: '0'.repeat(32),
  at: 1_000,
  type: 'page_view',
  origin: 'log',
  method: 'POST',
  host: 'shop.example',
  path: '/a',
  query: 'x=%3Cb%3E&y=1',
  protocol: 'HTTP/1.1',
  status: 503,
  responseBytes: 2_048,
  durationMs: 1_500,
  referrer: 'http://news.example/',
};

describe('the fields of a hit', () => {
  it('are those that it has, nothing decoded and nothing made up', () => {
    const { request, response } = fieldsOf(hit, 'en-GB');
    expect(request).toEqual([
      { name: 'Method', value: 'POST' },
      { name: 'Host', value: 'shop.example' },
      { name: 'Path', value: '/a' },
      { name: 'Query', value: 'x=%3Cb%3E&y=1' },
      { name: 'Protocol', value: 'HTTP/1.1' },
      { name: 'Referrer', value: 'http://news.example/', href: 'http://news.example/' },
      { name: 'Hit id', value: '0'.repeat(32) },
    ]);
    expect(response).toEqual([
      { name: 'Status', value: '503' },
      { name: 'Size', value: '2,048 bytes (2 KiB)' },
      { name: 'Duration', value: '1,500 ms' },
    ]);
  });

  it.each([
    'javascript:alert(1)',
    ' javascript:alert(1)',
    'data:text/html,<script>1</script>',
    'vbscript:x',
    'file:///etc/passwd',
    '//news.example/',
    'android-app://com.example',
    'http://',
    'news.example',
    '',
  ])('are no link for %j', (address) => {
    expect(linkOf(address)).toBeUndefined();
  });
});

describe('a list of hits', () => {
  const many = Array.from({ length: 13 }, (_, index) => ({
    kind: 'click' as const,
    at: 5_000 + index * 1_000,
    target: `button-${index}`,
  }));

  async function show(hits: readonly SessionHit[]): Promise<{ list: HitList; root: ShadowRoot }> {
    const list = Object.assign(document.createElement('cn-hit-list'), { hits });
    document.body.append(list);
    await list.updateComplete;
    if (list.shadowRoot === null) throw new Error('no shadow root');
    return { list, root: list.shadowRoot };
  }
  const texts = (root: ShadowRoot, selector: string) =>
    [...root.querySelectorAll(selector)].map((element) => element.textContent?.trim());

  it('has times after the first hit, and draws fields only of hits that were opened', async () => {
    const later = { ...hit, id: '1'.repeat(32), at: 3_726_000 };
    const { list, root } = await show([hit, later]);
    expect(texts(root, 'summary .offset')).toEqual(['+0:00', '+1:02:05']);
    expect(root.querySelectorAll('dl')).toHaveLength(0);
    const [first] = root.querySelectorAll('details');
    if (first) first.open = true;
    await expect.poll(() => root.querySelectorAll('dl').length).toBe(2);
    list.hits = [hit, { ...hit, id: '2'.repeat(32), at: 2_000 }, later];
    await list.updateComplete;
    expect([...root.querySelectorAll('details')].map(({ open }) => open)).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('shows ten steps of a hit, and the others when asked', async () => {
    const { list, root } = await show([{ ...hit, steps: many }]);
    expect(texts(root, '.steps code')).toHaveLength(10);
    const more = root.querySelector<HTMLButtonElement>('.steps button');
    expect(more?.textContent?.replace(/\s+/g, ' ').trim()).toBe('Show 3 more steps');
    more?.click();
    await list.updateComplete;
    expect(texts(root, '.steps code').at(-1)).toBe('button-12');
    expect(texts(root, '.steps .offset').slice(0, 2)).toEqual(['', '+1s']);
  });
});

describe('the reasons of an end', () => {
  it('are each said differently', () => {
    expect(new Set(endReasons.map((reason) => endReasonTexts[reason])).size).toBe(
      endReasons.length,
    );
  });
});
