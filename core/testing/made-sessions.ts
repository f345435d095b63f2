/** Ended sessions that nobody had: one that says little, and such as look like those of a shop. */
import type { ClosedSession } from '../contract/session.ts';

export const plainSession = (more: Partial<ClosedSession>): ClosedSession => ({
  id: '0'.repeat(32),
  dataset: 'shop',
  visitor: 'v',
  startedAt: 0,
  endedAt: 0,
  origin: 'tracker',
  userAgent: 'test',
  technology: { device: 'unknown' },
  acquisition: {},
  endReason: 'idle',
  hits: [],
  ...more,
});

/** @returns gives numbers below 1, the same ones for the same seed */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >>> 8) / 2 ** 23;
  };
}

/** Text of so many letters of an alphabet. */
export const randomText = (random: () => number, length: number, letters: string): string =>
  Array.from({ length }, () => letters[Math.floor(random() * letters.length)]).join('');

const agents = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1',
];
const words = [
  'tea',
  'green',
  'cup',
  'café',
  'basket',
  'oolong',
  'new',
  '茶',
  'offer',
  'mug',
  'Grüße',
];

/** A session as a tracker or a log brings it: from one hit to some dozen. */
export function shopSession(random: () => number, endedAt: number): ClosedSession {
  const hex = () => randomText(random, 32, '0123456789abcdef');
  const word = () => words[Math.floor(random() * words.length)] ?? '';
  const count = random() < 0.5 ? 1 : 1 + Math.floor(random() ** 3 * 60);
  const spanMs = Math.floor(random() * 1_200_000);
  const isTracked = random() < 0.5;
  return plainSession({
    id: hex(),
    visitor: hex(),
    startedAt: endedAt - spanMs,
    endedAt,
    origin: isTracked ? 'tracker' : 'log',
    userAgent: agents[Math.floor(random() * agents.length)] ?? '',
    addressPrefix: `203.0.${Math.floor(random() * 256)}.0`,
    addressKey: hex(),
    technology: { browser: 'Firefox', browserVersion: '140.0', system: 'Linux', device: 'desktop' },
    acquisition: random() < 0.3 ? { source: word(), medium: 'organic', channel: 'search' } : {},
    hits: Array.from({ length: count }, (_, index) => ({
      id: hex(),
      at: endedAt - Math.floor((spanMs * (count - 1 - index)) / count),
      type: 'page_view' as const,
      origin: isTracked ? ('tracker' as const) : ('log' as const),
      method: 'GET',
      host: 'shop.example',
      path: `/${word()}/${word()}-${Math.floor(random() * 500)}`,
      ...(random() < 0.2 ? { query: `q=${word()}+${word()}&page=${index}` } : {}),
      ...(isTracked
        ? { title: `${word()} ${word()} – Shop` }
        : { status: 200, responseBytes: Math.floor(random() * 90_000), protocol: 'HTTP/1.1' }),
      ...(random() < 0.3 ? { referrer: `https://shop.example/${word()}` } : {}),
    })),
  });
}
