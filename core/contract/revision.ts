/**
 * The revision of something that is kept: equal content has an equal one. It tells whether somebody else has changed it,
 * no more: it is short, made in the same way in browser and server, and no seal.
 */

const seeds = [0xde_ad_be_ef, 0x41_c6_ce_57, 0x9e_37_79_b9] as const;

/** The same for objects whose keys stand in another order; what is undefined is not there. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((one) => canonical(one ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`);
  return `{${members.join(',')}}`;
}

/** Murmur's way of mixing, 32 bits at a time. */
function mix(text: string, seed: number): string {
  let hash = seed ^ text.length;
  for (let place = 0; place < text.length; place += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(place), 0x5b_d1_e9_95);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2_b2_ae_35);
  return ((hash ^ (hash >>> 16)) >>> 0).toString(36);
}

/** @returns what stands in `ETag` and `If-Match`, without its quotes */
export function revisionOf(value: unknown): string {
  const text = canonical(value);
  return seeds.map((seed) => mix(text, seed)).join('-');
}
