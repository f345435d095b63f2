/** A small file in the MaxMind DB format, made by its specification: networks of IPv4 and what is said of them. */

type Value = string | number | { [key: string]: Value } | Value[];

/** @param networks such as `{ '203.0.113.0/24': { country: { iso_code: 'CH' } } }` */
export function geoFile(networks: Record<string, Value>): Buffer {
  const data: Buffer[] = [];
  let dataSize = 0;
  /** A node: what its two sides lead to, another node or an entry of the data section. */
  type Side = { node: number } | { data: number } | undefined;
  const nodes: [Side, Side][] = [[undefined, undefined]];
  for (const [network, value] of Object.entries(networks)) {
    const bytes = encode(value);
    const entry = { data: dataSize };
    data.push(bytes);
    dataSize += bytes.length;
    const bits = bitsOf(network);
    let at = 0;
    bits.forEach((bit, place) => {
      const node = nodes[at] as [Side, Side];
      if (place === bits.length - 1) node[bit] = entry;
      else {
        const next = node[bit];
        if (next && 'node' in next) at = next.node;
        else {
          at = nodes.push([undefined, undefined]) - 1;
          node[bit] = { node: at };
        }
      }
    });
  }
  const count = nodes.length;
  const record = (side: Side) => {
    if (side === undefined) return count;
    return 'node' in side ? side.node : count + 16 + side.data;
  };
  const tree = Buffer.alloc(count * 6);
  nodes.forEach(([left, right], index) => {
    tree.writeUIntBE(record(left), index * 6, 3);
    tree.writeUIntBE(record(right), index * 6 + 3, 3);
  });
  const metadata = encode({
    node_count: count,
    record_size: 24,
    ip_version: 4,
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_700_000_000,
    database_type: 'Test-City',
    languages: ['en'],
    description: { en: 'Made for a test' },
  });
  const mark = Buffer.from('abcdef4d61784d696e642e636f6d', 'hex');
  return Buffer.concat([tree, Buffer.alloc(16), ...data, mark, metadata]);
}

function bitsOf(network: string): (0 | 1)[] {
  const [address = '', length = '32'] = network.split('/');
  const bits = address
    .split('.')
    .map((part) => Number(part).toString(2).padStart(8, '0'))
    .join('');
  return [...bits.slice(0, Number(length))].map((bit) => (bit === '1' ? 1 : 0));
}

/** Types: 2 text, 6 unsigned 32-bit number, 7 map, 11 list. */
function encode(value: Value): Buffer {
  if (typeof value === 'string') {
    const bytes = Buffer.from(value);
    return Buffer.concat([head(2, bytes.length), bytes]);
  }
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return Buffer.concat([head(6, 4), bytes]);
  }
  if (Array.isArray(value)) return Buffer.concat([head(11, value.length), ...value.map(encode)]);
  const entries = Object.entries(value).flatMap(([key, one]) => [encode(key), encode(one)]);
  return Buffer.concat([head(7, entries.length / 2), ...entries]);
}

/** Sizes up to 28 stand in the first byte; kinds from 8 on stand in a second one. */
function head(type: number, size: number): Buffer {
  const length = size < 29 ? size : 29;
  const first = type < 8 ? [(type << 5) | length] : [length, type - 7];
  return Buffer.from(size < 29 ? first : [...first, size - 29]);
}
