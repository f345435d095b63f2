/** Proposals for an event, held against the engine: each fires on the hit that it was made from. */
import { expect, test } from 'vitest';
import { eventDefinitionSchema } from '../../core/contract/event.ts';
import type { SessionHit } from '../../core/contract/session.ts';
import { checkEventDraft } from '../../core/events/check-draft.ts';
import { fire, session, startMs } from '../../core/events/testing/event-session.ts';
import { proposalsOf } from './hit-proposals.ts';

const hostile = '<b>"quo\\ted"</b>\u202e\nline – 50% & more';

const hits: [string, Partial<SessionHit>][] = [
  [
    'a page',
    { path: '/teas/green/sencha', title: hostile, query: 'tea=gr%C3%BCn+und+gut&page=02' },
  ],
  ['a page that is not there', { path: '/gone', status: 404 }],
  [
    'a path of many signs',
    { path: '/a%20b/"x"/%C3%A4?', query: `q=${encodeURIComponent(hostile)}` },
  ],
  ['a form that was sent', { type: 'request', method: 'POST', path: '/order', status: 500 }],
  [
    'an event of a page',
    { type: 'event', name: 'basket', properties: { 'tea name': hostile, amount: 12.5, new: true } },
  ],
  [
    'steps',
    {
      type: 'steps',
      path: '/teas',
      steps: [
        { kind: 'scroll', at: startMs, value: '50' },
        { kind: 'click', at: startMs, target: 'button#buy' },
        { kind: 'error', at: startMs, value: `TypeError: ${hostile}` },
      ],
    },
  ],
  ['web vitals', { type: 'web_vitals', path: '/', properties: { lcp: 1_200 } }],
];

test.each(
  hits,
)('Each proposal for %s fires on it, and is a draft that can be saved', (_what, hit) => {
  const one = session([{ path: '/other' }, hit]);
  const made = one.hits[1] as SessionHit;
  const proposals = proposalsOf(made, []);
  expect(proposals.length).toBeGreaterThan(0);
  for (const { name, trigger, condition } of proposals) {
    checkEventDraft(eventDefinitionSchema.parse({ name, trigger, condition }));
    const { facts, faults } = fire([{ name, trigger, condition }], one);
    expect(faults).toEqual([]);
    expect(
      facts.map(({ hitId }) => hitId),
      condition,
    ).toContain(made.id);
  }
});

const conditions = (hit: Partial<SessionHit>) =>
  proposalsOf(session([hit]).hits[0] as SessionHit, []).map(({ condition }) => condition);

test('What is characteristic of a hit comes first', () => {
  expect(conditions({ path: '/teas/green', status: 404 })).toEqual([
    'request.path = "/teas/green" and response.status = 404',
    'response.status = 404',
    'hit.type = "page_view" and request.path = "/teas/green"',
    'hit.type = "page_view" and request.path starts with "/teas/"',
  ]);
  expect(
    conditions({ type: 'event', name: 'basket', path: '/', properties: { tea: 'green' } }),
  ).toEqual([
    'custom.name = "basket"',
    'custom.name = "basket" and property.tea = "green"',
    'request.path = "/"',
  ]);
});

test('What is masked, or longer than a condition may be, is not proposed', () => {
  expect(conditions({ path: '/in', query: 'token=[masked]&step=2' })).toEqual([
    'hit.type = "page_view" and request.path = "/in"',
    'hit.type = "page_view" and request.path = "/in" and request.query.step = "2"',
  ]);
  expect(conditions({ path: `/${'long'.repeat(600)}`, title: 'Short' })).toEqual([
    'hit.type = "page_view" and page.title = "Short"',
  ]);
});

test('A name is free, whatever case the others have', () => {
  const [hit] = session([{ type: 'event', name: 'Basket' }]).hits as [SessionHit];
  expect(proposalsOf(hit, ['basket', 'BASKET 2'])[0]?.name).toBe('Basket 3');
  const [long] = session([{ path: '/', title: '"😀'.repeat(90) }]).hits as [SessionHit];
  const names = proposalsOf(long, []).map(({ name }) => name);
  expect(names.every((name) => name.length <= 128 && !/["\p{Cs}]/u.test(name))).toBe(true);
});
