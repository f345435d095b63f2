/** The text format, held against its rules: written down here by hand and as a grammar. */
import { expect, test } from 'vitest';
import { createDurationBook } from '../engine/duration-book.ts';
import { writeMetrics } from './metrics-text.ts';

test('Families come with help, type and samples, one a line, and the text ends with a line feed', () => {
  const text = writeMetrics([
    {
      name: 'hits_total',
      help: 'What became\nof hits \\ all.',
      type: 'counter',
      samples: [
        { labels: { dataset: 'shop', outcome: 'bad' }, value: 3 },
        { labels: { dataset: 'a"b\\c\nd' }, value: 0.5 },
      ],
    },
    { name: 'nothing', help: 'No sample.', type: 'gauge', samples: [] },
    { name: 'lag', help: 'Lag.', type: 'gauge', samples: [{ value: Number.POSITIVE_INFINITY }] },
  ]);
  expect(text).toBe(
    [
      '# HELP hits_total What became\\nof hits \\\\ all.',
      '# TYPE hits_total counter',
      'hits_total{dataset="shop",outcome="bad"} 3',
      'hits_total{dataset="a\\"b\\\\c\\nd"} 0.5',
      '# HELP lag Lag.',
      '# TYPE lag gauge',
      'lag +Inf',
      '',
    ].join('\n'),
  );
});

test('Every line follows the grammar, whatever a label holds', () => {
  const grammar =
    /^(# HELP [a-z_:][\w:]* [^\n]*|# TYPE [a-z_:][\w:]* (counter|gauge|histogram)|[a-z_:][\w:]*(\{([a-z_]\w*="([^"\\\n]|\\[\\"n])*",?)*\})? (NaN|[+-]Inf|-?\d[\d.e+-]*))$/i;
  const nasty = ['"', '\\', '\n', '"} 1\nfake 2', '\\"', '{a="b"}', '\u2028', '𝄞', ''];
  const values = [0, -1, 1e300, 1e-9, Number.NaN, Number.NEGATIVE_INFINITY, 123456789];
  const text = writeMetrics([
    {
      name: 'm',
      help: nasty.join(' '),
      type: 'gauge',
      samples: nasty.flatMap((label) => values.map((value) => ({ labels: { label }, value }))),
    },
  ]);
  const lines = text.split('\n');
  expect(lines.pop()).toBe('');
  expect(lines).toHaveLength(2 + nasty.length * values.length);
  expect(lines.filter((line) => !grammar.test(line))).toEqual([]);
});

test('Durations count in every bucket that holds them, also those of work that failed', async () => {
  let now = 0;
  const book = createDurationBook(() => now);
  const takes = (ms: number) => async () => {
    now += ms;
  };
  await book.time(takes(10));
  await book.time(takes(300));
  await book.time(takes(60_000));
  await expect(
    book.time(async () => {
      now += 2_000;
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  const { count, sumSeconds, withinBounds } = book.read();
  expect([count, sumSeconds]).toEqual([4, 62.31]);
  // Bounds: 0.01 0.025 0.05 0.1 0.25 0.5 1 2.5 5 10
  expect(withinBounds).toEqual([1, 1, 1, 1, 1, 2, 2, 3, 3, 3]);
});
