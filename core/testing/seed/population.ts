/** The people of the demo: who comes, new or known, and from which address. */
import { devices, languages } from './audience.ts';
import type { Client } from './hit-writer.ts';
import type { Random } from './random.ts';

interface Person {
  client: Client;
  /** The instant of their last hit, epoch milliseconds. */
  lastHitMs: number;
}

/** Two sessions of one visitor lie further apart than any idle timeout near the usual 30 minutes. */
const apartMs = 35 * 60_000;
/** How often somebody known comes rather than somebody new, where somebody known may come. */
const knownShare = 0.37;

export interface Population {
  /** Somebody who may start a session at this instant. */
  arrive(instantMs: number): Client;
  /** Says when this visitor's session ended. */
  leave(visitor: string | undefined, lastHitMs: number): void;
}

export function createPopulation(random: Random): Population {
  const people: Person[] = [];
  const byVisitor = new Map<string, Person>();
  return {
    arrive(instantMs) {
      const known = people.length > 0 && random.chance(knownShare);
      for (let tries = known ? 4 : 0; tries > 0; tries -= 1) {
        const person = random.pick(people);
        if (person.lastHitMs + apartMs < instantMs) return elsewhere(person.client, random);
      }
      const client = createClient(random);
      const person = { client, lastHitMs: instantMs };
      people.push(person);
      byVisitor.set(client.visitor, person);
      return client;
    },
    leave(visitor, lastHitMs) {
      const person = visitor === undefined ? undefined : byVisitor.get(visitor);
      if (person) person.lastHitMs = lastHitMs;
    },
  };
}

function createClient(random: Random): Client & { visitor: string } {
  const { userAgent, screenWidth } = random.pickWeighted(devices);
  const { language, accept } = random.pickWeighted(languages);
  return {
    address: createAddress(random),
    userAgent,
    acceptLanguage: accept,
    visitor: [random.bits(), random.bits(), random.bits(), random.bits()]
      .map((bits) => bits.toString(16).padStart(8, '0'))
      .join(''),
    language,
    screenWidth,
  };
}

/** A telephone comes from another address each time; a desk mostly keeps its own. */
function elsewhere(client: Client, random: Random): Client {
  const isMobile = (client.screenWidth ?? 0) < 576;
  return random.chance(isMobile ? 0.8 : 0.1)
    ? { ...client, address: createAddress(random) }
    : client;
}

/** An address of the ranges that are kept for documentation. Last octets from 200 on belong to the robots. */
function createAddress(random: Random): string {
  if (random.chance(0.3)) {
    const group = () => random.whole(1, 0xffff).toString(16);
    return `2001:db8:${random.whole(0x1000, 0x1fff).toString(16)}:${group()}::${group()}`;
  }
  const prefix = random.pick(['192.0.2', '198.51.100', '203.0.113']);
  return `${prefix}.${random.whole(1, 199)}`;
}
