/** Random numbers from a seed (xoshiro128**): the same seed gives the same numbers on every machine, for ever. */

export interface Random {
  /** 32 random bits as an unsigned integer. */
  bits(): number;
  /** A number from 0 up to, not including, 1. */
  share(): number;
  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** Picks in proportion to `weight`. */
  pickWeighted<T extends { weight: number }>(list: readonly T[]): T;
}

export function createRandom(seed: number): Random {
  const bits = xoshiro(seed);
  const share = () => bits() / 4_294_967_296;
  const whole = (least: number, most: number) => least + Math.floor(share() * (most - least + 1));
  return {
    bits,
    share,
    whole,
    chance: (probability) => share() < probability,
    pick: (list) => itemAt(list, whole(0, list.length - 1)),
    pickWeighted(list) {
      const total = list.reduce((sum, { weight }) => sum + weight, 0);
      let rest = share() * total;
      const index = list.findIndex(({ weight }) => {
        rest -= weight;
        return rest < 0;
      });
      return itemAt(list, index === -1 ? list.length - 1 : index);
    },
  };
}

/** A UUID of version 7: the first 48 bits are the instant, the rest is random but for version and variant. */
export function createUuid(instantMs: number, random: Random): string {
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');
  const time = hex(instantMs, 12);
  const high = hex(random.bits() & 0xfff, 3);
  const variant = hex(0x8000 | (random.bits() & 0x3fff), 4);
  const low = hex(random.bits() & 0xffff, 4) + hex(random.bits(), 8);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${high}-${variant}-${low}`;
}

function itemAt<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new Error('Nothing can be picked from an empty list');
  return item;
}

/** The generator of Blackman and Vigna; its state is filled from the seed by a multiplicative hash. */
function xoshiro(seed: number): () => number {
  let filler = seed >>> 0;
  const fill = () => {
    filler = (filler + 0x9e3779b9) >>> 0;
    const mixed = Math.imul(filler ^ (filler >>> 16), 0x85ebca6b);
    return Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35) >>> 0 || 1;
  };
  let [a, b, c, d] = [fill(), fill(), fill(), fill()];
  return () => {
    const product = Math.imul(b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result;
  };
}
