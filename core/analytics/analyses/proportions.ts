/** The statistics of "what's changed": a test of two proportions, its size of effect, and the correction for many tests. */

/** How many of all had it, in one period. */
export interface Proportion {
  part: number;
  whole: number;
}

/**
 * The two-sided p-value of the z-test of two proportions with a pooled variance. Undefined where the test does not
 * hold: fewer than five are expected on any side.
 */
export function twoProportionsP(now: Proportion, before: Proportion): number | undefined {
  const pooled = (now.part + before.part) / (now.whole + before.whole);
  const expected = [now, before].flatMap(({ whole }) => [whole * pooled, whole * (1 - pooled)]);
  if (!expected.every((count) => count >= 5)) return undefined;
  const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / now.whole + 1 / before.whole));
  const z = (now.part / now.whole - before.part / before.whole) / deviation;
  return erfc(Math.abs(z) / Math.SQRT2);
}

/** Cohen's h: 0.2 is small, 0.5 medium, 0.8 large. */
export function cohensH(now: Proportion, before: Proportion): number {
  const angle = ({ part, whole }: Proportion) => 2 * Math.asin(Math.sqrt(part / whole));
  return angle(now) - angle(before);
}

/** Benjamini and Hochberg: what share of false finds one accepts by taking each p-value and all smaller ones. */
export function falseShares(ps: readonly number[]): number[] {
  const order = ps.map((_, index) => index).sort((a, b) => (ps[b] ?? 0) - (ps[a] ?? 0));
  const shares = new Array<number>(ps.length);
  let least = 1;
  order.forEach((index, place) => {
    const rank = ps.length - place;
    least = Math.min(least, ((ps[index] ?? 1) * ps.length) / rank);
    shares[index] = least;
  });
  return shares;
}

/** The complementary error function, by the continued fraction for large values and the series for small ones. */
function erfc(x: number): number {
  if (x < 2) {
    let [term, sum] = [x, x];
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n += 1) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
      if (n > 200) break;
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let n = 60; n >= 1; n -= 1) fraction = n / 2 / (x + fraction);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
}
