/** What the bench of search is asked about: sessions with ten indexed values each, and texts that stand in them. */
import type { Session } from '../core/contract/session.ts';
import { createRandom, type Random } from '../core/testing/seed/random.ts';

/** What the index holds. */
export const fields = [
  'user',
  'request.path',
  'page.title',
  'property.order',
  'property.name',
  'property.city',
  'property.phrase',
  'property.code',
];
const startMs = Date.UTC(2026, 9, 1);
export const nowMs = Date.UTC(2026, 10, 21);
export const sessionsPerBatch = 5_000;

export interface Term {
  kind: string;
  field: string;
  text: string;
}

/** Texts of a session: one that nobody else has, a name that some have, a domain that many have, and what all have. */
export function addTerms(terms: Map<string, Term>, session: Session | undefined): void {
  const order = String(session?.hits[1]?.properties?.order);
  const user = session?.userId ?? '';
  for (const term of [
    { kind: 'rare', field: 'property.order', text: order.slice(2, 10) },
    { kind: 'name', field: 'user', text: user.split(/[.\d]/)[1] ?? '' },
    { kind: 'common', field: 'user', text: user.split('@')[1] ?? '' },
    { kind: 'all', field: 'user', text: '.example' },
  ])
    terms.set(`${term.kind} ${term.text}`, term);
}

/** The sessions, so many at a time; the same ones in every run. */
export function* batches(total: number): Generator<{ sessions: Session[]; first: number }> {
  const random = createRandom(1);
  for (let first = 0; first < total; first += sessionsPerBatch) {
    const count = Math.min(sessionsPerBatch, total - first);
    yield {
      first,
      sessions: Array.from({ length: count }, (_, at) => makeSession(first + at, random)),
    };
  }
}

const syllables =
  'ka mo ri ten sal vin dor per lu ne bas tig hol mar wen fal jus cor bel dan'.split(' ');
const word = (random: Random, length: number) =>
  Array.from({ length }, () => random.pick(syllables)).join('');
const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');

/** Two hits that carry ten values: a name of thousands, a domain of twenty, paths of a shop, an order of its own. */
function makeSession(number: number, random: Random): Session {
  const at = startMs + number * 3_000;
  const id = `${hex(number, 8)}${hex(random.bits(), 8)}${hex(random.bits(), 8)}${hex(random.bits(), 8)}`;
  const user = `${word(random, 2)}.${word(random, 3)}${random.whole(1, 99)}@${random.pick(syllables)}.example`;
  const hit = (place: number) => ({
    id: `${id.slice(0, 31)}${place}`,
    at: at + place * 1_000,
    origin: 'tracker' as const,
    method: 'GET',
    host: 'shop.example',
    path: `/${word(random, 1)}/${word(random, 2)}/${random.whole(1, 50)}`,
    title: `${word(random, 2)} ${word(random, 2)}`,
  });
  return {
    id,
    dataset: 'bench',
    visitor: `u_${user}`,
    userId: user,
    startedAt: at,
    endedAt: at + 1_000,
    origin: 'tracker',
    userAgent: 'bench',
    technology: { device: 'desktop', browser: random.pick(['Firefox', 'Chrome', 'Safari']) },
    acquisition: {},
    hits: [
      { ...hit(0), type: 'page_view' },
      {
        ...hit(1),
        type: 'event',
        name: 'Ordered',
        properties: {
          order: `o-${hex(random.bits(), 8)}${hex(random.bits(), 8)}`,
          name: `${word(random, 2)} ${word(random, 3)}`,
          city: word(random, 3),
          phrase: `${word(random, 1)} ${word(random, 2)} ${word(random, 1)}`,
          code: `${random.whole(10_000, 99_999)}`,
        },
      },
    ],
  };
}
