import fc from 'fast-check';
import { expect, test } from 'vitest';
import { frameResults, frameStatements, readResults, readStatements } from './sql-frame.ts';

const value = fc.oneof(
  fc.constant(null),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.string({ unit: 'binary' }),
  fc.uint8Array({ maxLength: 5_000 }),
);

/** What comes out of a frame is a view of it: compared as bytes. */
const plain = (one: unknown) => (one instanceof Uint8Array ? Buffer.from(one) : one);

test('Whatever a batch holds arrives as it was sent, in its order', () => {
  const statements = fc.array(
    fc.record({ sql: fc.string(), args: fc.array(value, { maxLength: 30 }) }),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(statements, (sent) => {
      const frame = structuredClone(frameStatements(sent));
      expect(
        readStatements(frame).map(({ sql, args }) => ({ sql, args: args.map(plain) })),
      ).toEqual(sent.map(({ sql, args }) => ({ sql, args: args.map(plain) })));
    }),
  );
});

test('The same bytes in many places of a batch travel once', () => {
  const batch = new Uint8Array(1_000_000).fill(7);
  const args = Array.from({ length: 100 }, (_, index) => [index, batch, 'shop']).flat();
  const frame = frameStatements([{ sql: 'x', args }]);
  expect(frame.buffer.byteLength).toBeLessThan(1_010_000);
  expect(frame.texts).toEqual(['shop']);
  const [read] = readStatements(frame);
  expect(read?.args).toHaveLength(300);
  expect(
    read?.args.filter((one) => one instanceof Uint8Array && one.length === 1_000_000),
  ).toHaveLength(100);
  expect(read?.args[298]).toEqual(batch);
});

test('Rows of several results keep their columns, and what a statement changed', () => {
  const results = [
    {
      columns: ['seq', 'body'],
      rows: [
        [1, new Uint8Array([1, 2]).buffer],
        [2, null],
      ],
      rowsAffected: 0,
    },
    { columns: [], rows: [], rowsAffected: 12 },
    { columns: ['name'], rows: [['a'], ['a']], rowsAffected: 0 },
  ];
  expect(readResults(structuredClone(frameResults(results)))).toEqual([
    {
      columns: ['seq', 'body'],
      rows: [
        [1, new Uint8Array([1, 2])],
        [2, null],
      ],
      rowsAffected: 0,
    },
    { columns: [], rows: [], rowsAffected: 12 },
    { columns: ['name'], rows: [['a'], ['a']], rowsAffected: 0 },
  ]);
});

test('Arguments by name are refused: no statement of the program has any', () => {
  expect(() => frameStatements([{ sql: 'x', args: { a: 1 } }])).toThrow('by place');
});
