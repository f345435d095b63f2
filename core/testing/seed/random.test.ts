import { describe, expect, test } from 'vitest';
import { createRandom, createUuid } from './random.ts';

describe('random numbers from a seed', () => {
  test('repeat with the seed and differ without it', () => {
    const draw = (seed: number) => {
      const random = createRandom(seed);
      return Array.from({ length: 5 }, () => random.bits());
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect(new Set(draw(0)).size).toBe(5);
  });

  test('are spread evenly: each of ten bins gets about a tenth', () => {
    const random = createRandom(1);
    const bins = Array.from({ length: 10 }, () => 0);
    for (let draw = 0; draw < 100_000; draw += 1) {
      const bin = Math.floor(random.share() * 10);
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
    expect(bins).toHaveLength(10);
    for (const bin of bins) expect(Math.abs(bin - 10_000)).toBeLessThan(500);
  });

  test('whole numbers reach both ends, weights decide in proportion', () => {
    const random = createRandom(3);
    const drawn = Array.from({ length: 2_000 }, () => random.whole(2, 4));
    expect(new Set(drawn)).toEqual(new Set([2, 3, 4]));
    const list = [
      { name: 'never', weight: 0 },
      { name: 'often', weight: 3 },
      { name: 'seldom', weight: 1 },
    ];
    const names = Array.from({ length: 4_000 }, () => random.pickWeighted(list).name);
    expect(names).not.toContain('never');
    expect(Math.abs(names.filter((name) => name === 'often').length - 3_000)).toBeLessThan(150);
  });

  test('an empty list is a mistake of the program', () => {
    expect(() => createRandom(1).pick([])).toThrow('empty list');
  });
});

test('a UUID carries its instant, its version and its variant', () => {
  const random = createRandom(1);
  const id = createUuid(0x0123456789ab, random);
  expect(id).toMatch(/^01234567-89ab-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(createUuid(0x0123456789ab, random)).not.toBe(id);
});
