/** Senders as they are in the field: each hit is sent until it is acknowledged, and now and then once more. */
import { createUuid, type Random } from '../../core/testing/seed/random.ts';
import { pause } from '../product.ts';

const userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:157.0) Gecko/20100101 Firefox/157.0';
const answerMsMax = 5_000;
const retryMs = 60;

export interface Clients {
  /** Slug → ids of the hits that were sent, without hyphens. After `stop` all of them are acknowledged. */
  readonly sent: ReadonlyMap<string, Set<string>>;
  /** How often a request had to be sent again, and how many hits were sent twice on purpose. */
  readonly tally: { retries: number; repeated: number; refused: string[] };
  stop(): Promise<void>;
}

/** @param writeKeys slug → write key */
export function startClients(options: {
  port: number;
  writeKeys: ReadonlyMap<string, string>;
  random: Random;
  count: number;
}): Clients {
  const { port, writeKeys, random, count } = options;
  const sent = new Map([...writeKeys.keys()].map((slug) => [slug, new Set<string>()]));
  const tally: Clients['tally'] = { retries: 0, repeated: 0, refused: [] };
  let running = true;

  async function deliver(body: string, hits: number): Promise<void> {
    for (;;) {
      const answer = await post(port, body);
      if (answer?.status === 202) {
        const { accepted = 0, duplicate = 0 } = answer.counts;
        if (accepted + duplicate !== hits) tally.refused.push(`202 for ${JSON.stringify(answer)}`);
        return;
      }
      // Stopping and full are told with 503; anything else is no answer to a good hit.
      if (answer !== undefined && answer.status !== 503) {
        tally.refused.push(`status ${answer.status}`);
        return;
      }
      tally.retries += 1;
      await pause(retryMs);
    }
  }

  async function client(number: number): Promise<void> {
    const slugs = [...writeKeys.keys()];
    for (let turn = 0; running; turn += 1) {
      const slug = random.pick(slugs);
      const visitor = `c${number}-${Math.floor(turn / 8)}`;
      const hits = Array.from({ length: random.whole(1, 4) }, (_, index) => ({
        dataset: writeKeys.get(slug),
        id: createUuid(Date.now(), random),
        type: 'page_view',
        visitor,
        url: `https://shop.example/${turn}/${index}`,
      }));
      for (const { id } of hits) sent.get(slug)?.add(id.replaceAll('-', ''));
      const body = JSON.stringify(hits);
      await deliver(body, hits.length);
      if (random.chance(0.1)) {
        await deliver(body, hits.length);
        tally.repeated += hits.length;
      }
      await pause(random.whole(5, 15));
    }
  }

  const sending = Promise.all(Array.from({ length: count }, (_, number) => client(number)));
  return {
    sent,
    tally,
    async stop() {
      running = false;
      await sending;
    },
  };
}

interface Answer {
  status: number;
  counts: { accepted?: number; duplicate?: number };
}

/** Undefined where no whole answer came: nobody knows then whether the hits were stored. */
async function post(port: number, body: string): Promise<Answer | undefined> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/hits`, {
      method: 'POST',
      headers: { 'User-Agent': userAgent },
      body,
      signal: AbortSignal.timeout(answerMsMax),
    });
    const text = await response.text();
    return {
      status: response.status,
      counts: response.status === 202 ? (JSON.parse(text) as Answer['counts']) : {},
    };
  } catch {
    return undefined;
  }
}
