/** Ended sessions that nobody had: one that says little, and such as look like those of a shop. */
import type { ClosedSession } from '../contract/session.ts';
import type { Random } from './seed/random.ts';

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

/** Text of so many letters of an alphabet. */
export const randomText = (random: Random, length: number, letters: string): string =>
  Array.from({ length }, () => letters[random.whole(0, letters.length - 1)]).join('');

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
export function shopSession(random: Random, endedAt: number): ClosedSession {
  const hex = () => randomText(random, 32, '0123456789abcdef');
  const word = () => random.pick(words);
  const count = random.chance(0.5) ? 1 : 1 + Math.floor(random.share() ** 3 * 60);
  const spanMs = random.whole(0, 1_200_000);
  const isTracked = random.chance(0.5);
  return plainSession({
    id: hex(),
    visitor: hex(),
    startedAt: endedAt - spanMs,
    endedAt,
    origin: isTracked ? 'tracker' : 'log',
    userAgent: random.pick(agents),
    addressPrefix: `203.0.${random.whole(0, 255)}.0`,
    addressKey: hex(),
    technology: { browser: 'Firefox', browserVersion: '140.0', system: 'Linux', device: 'desktop' },
    acquisition: random.chance(0.3) ? { source: word(), medium: 'organic', channel: 'search' } : {},
    hits: Array.from({ length: count }, (_, index) => ({
      id: hex(),
      at: endedAt - Math.floor((spanMs * (count - 1 - index)) / count),
      type: 'page_view' as const,
      origin: isTracked ? ('tracker' as const) : ('log' as const),
      method: 'GET',
      host: 'shop.example',
      path: `/${word()}/${word()}-${random.whole(1, 500)}`,
      ...(random.chance(0.2) ? { query: `q=${word()}+${word()}&page=${index}` } : {}),
      ...(isTracked
        ? { title: `${word()} ${word()} – Shop` }
        : { status: 200, responseBytes: random.whole(0, 90_000), protocol: 'HTTP/1.1' }),
      ...(random.chance(0.3) ? { referrer: `https://shop.example/${word()}` } : {}),
    })),
  });
}
