import { inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { chartHeight } from '../../core/contract/chart-option.ts';
import { chartSentence } from '../../core/contract/chart-sentence.ts';
import { dimensionColumn, metricColumn } from '../../core/contract/columns.ts';
import type { DimensionName } from '../../core/contract/dimension.ts';
import type { Answer } from '../../core/contract/query.ts';
import type { ChartKind } from '../../core/contract/report.ts';
import { pngFont, svgToPng } from './chart-png.ts';
import { chartInput, drawChart } from './chart-svg.ts';

function panelOf(chart: ChartKind, dimensions: DimensionName[], rows: Answer['rows']) {
  const columns = [...dimensions.map(dimensionColumn), metricColumn('sessions')];
  return { title: 'Panel', chart, answer: { columns, rows, rowsTotal: rows.length } };
}

const draw = (panel: ReturnType<typeof panelOf>, widthPx = 1072) =>
  drawChart({ panel, widthPx, locale: 'en', font: pngFont, idPrefix: 'x' }) ?? '';

/** The heights of the filled rectangles in a drawing, from their paths: `M x y l w 0 l 0 h …`. */
function barsOf(svg: string): { width: number; height: number }[] {
  const found = svg.matchAll(
    /<path d="M[\d.-]+ [\d.-]+l([\d.]+) 0l0 (-?[\d.]+)l-[\d.]+ 0Z" fill="#0b6577"/g,
  );
  return [...found].map(([, width, height]) => ({ width: Number(width), height: Number(height) }));
}

const days: Answer['rows'] = [
  ['2026-11-18', 400],
  ['2026-11-19', 100],
  ['2026-11-20', 200],
];

describe('a chart', () => {
  test('draws columns as high and bars as long as their figures', () => {
    const [first = 0, second = 0, third = 0] = barsOf(draw(panelOf('days', ['day'], days))).map(
      ({ height }) => Math.abs(height),
    );
    expect(first / second).toBeCloseTo(4, 1);
    expect(third / second).toBeCloseTo(2, 1);
    const bars = barsOf(
      draw(
        panelOf(
          'bars',
          ['path'],
          [
            ['/a', 90],
            ['/b', 30],
          ],
        ),
      ),
    );
    expect((bars[0]?.width ?? 0) / (bars[1]?.width ?? 1)).toBeCloseTo(3, 1);
  });

  test('has a legend of whole names on a telephone, too', () => {
    const panel = panelOf('days', ['day'], days);
    panel.answer.columns.push(metricColumn('sessions', { period: 'before' }));
    panel.answer.rows = days.map((row) => [...row, 50]);
    const input = { panel, widthPx: 340, isNarrow: true, locale: 'en', font: pngFont };
    expect(drawChart({ ...input, idPrefix: 'x' })).toContain('Sessions, compared period');
  });

  test('marks the days of which something is noted, and no others', () => {
    const marksOf = (svg: string) => svg.split('fill="#15191b"').length - 1;
    const noted = (day: string, until?: string) => ({
      name: 'Sale',
      day,
      text: '',
      ...(until && { until }),
    });
    const panel = panelOf('days', ['day'], days);
    const plain = marksOf(draw(panel));
    const marked = (...annotations: ReturnType<typeof noted>[]) =>
      marksOf(draw({ ...panel, ...{ annotations } })) - plain;
    expect(marked(noted('2026-11-19'))).toBe(1);
    expect(marked(noted('2026-11-19', '2026-11-25'), noted('2026-11-20'))).toBe(2);
    expect(marked(noted('2026-11-17'), noted('2026-11-21'))).toBe(0);
    const paths = panelOf('bars', ['path'], [['/a', 9]]);
    expect(draw({ ...paths, ...{ annotations: [noted('2026-11-19')] } })).toBe(draw(paths));
  });

  test('takes the names that all objects have for texts, as any other', () => {
    const names = Object.getOwnPropertyNames(Object.prototype);
    const before = Reflect.ownKeys(Object.prototype);
    for (const chart of ['bars', 'days'] as const) {
      const rows = names.map((name, at) => [name, at + 1]);
      const svg = draw(panelOf(chart, ['path'], rows), 4_000);
      expect(names.filter((name) => !svg.includes(`>${name} <`))).toEqual([]);
    }
    const pairs = names.map((name, at) => [name, names.at(-at) ?? '', 1]);
    draw(panelOf('grid', ['path', 'title'], pairs), 4_000);
    expect(Reflect.ownKeys(Object.prototype)).toEqual(before);
  });

  test('becomes a line where a year of days would make columns too thin', () => {
    const year = Array.from({ length: 365 }, (_, at) => [
      new Date(Date.UTC(2026, 0, 1 + at)).toISOString().slice(0, 10),
      at,
    ]);
    expect(barsOf(draw(panelOf('days', ['day'], year)))).toEqual([]);
    expect(draw(panelOf('days', ['day'], year))).toContain('stroke="#0b6577"');
  });

  test('says in a sentence what it shows, with the largest and the smallest value', () => {
    const input = chartInput({
      panel: panelOf('days', ['day'], days),
      locale: 'de',
      font: pngFont,
    });
    expect(chartSentence(input)).toBe(
      'Sessions by day: largest 400 (18. Nov.), smallest 100 (19. Nov.). The table has the same numbers.',
    );
  });

  test('is none where there is nothing to draw', () => {
    expect(draw(panelOf('days', ['day'], []))).toBe('');
    expect(draw(panelOf('bars', [], [[3]]))).toBe('');
  });

  test('grows with its rows, but not without end', () => {
    const many = Array.from({ length: 5_000 }, (_, at) => [`/${at}`, 1]);
    expect(chartHeight(panelOf('bars', ['path'], many))).toBeLessThan(500);
    const week = Array.from({ length: 168 }, (_, at) => [1 + Math.floor(at / 24), at % 24, at]);
    const grid = panelOf('grid', ['weekday', 'hour'], week);
    expect(draw(grid).match(/<path d="M1 0A1 1/g)?.length).toBeGreaterThan(160);
    expect(draw(grid)).toContain('>Monday<');
  });

  test.each([
    'days',
    'columns',
    'bars',
    'grid',
  ] as const)('as %s shows texts of strangers as text, and none that turns or hides', (chart) => {
    const texts = ['<script>x</script>', '{a|b}', '\u202egpj.exe', '"><image href="x">', '\0'];
    const rows = texts.map((text, at) => [text, `${text}${at}`, at + 1]);
    const svg = draw(panelOf(chart, ['path', 'title'], rows));
    expect(svg).not.toMatch(/<script|<image|\u202e|\0/);
    expect(svg).toContain('&lt;script&gt;');
  });

  test('as PNG is the same bytes each time, twice as large, with its texts drawn', () => {
    const svg = draw(panelOf('days', ['day'], days));
    const png = svgToPng(svg);
    expect(Buffer.from(png).equals(Buffer.from(svgToPng(svg)))).toBe(true);
    const { width, height, darkShare } = readPng(png);
    expect([width, height]).toEqual([2144, 480]);
    // Without its font the renderer leaves texts out without a word.
    const blank = readPng(svgToPng(svg.replaceAll(/<text[\s\S]*?<\/text>/g, '')));
    expect(darkShare).toBeGreaterThan(blank.darkShare + 0.001);
  });
});

/** Reads an RGBA PNG as far as this test needs it: its size, and the share of pixels that are dark grey. */
function readPng(png: Uint8Array): { width: number; height: number; darkShare: number } {
  const bytes = Buffer.from(png);
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  const parts: Buffer[] = [];
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    if (bytes.toString('latin1', at + 4, at + 8) === 'IDAT')
      parts.push(bytes.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const pixels = unfilter(inflateSync(Buffer.concat(parts)), width, height);
  let dark = 0;
  for (let at = 0; at < pixels.length; at += 4) {
    const [red = 0, green = 0, blue = 0] = pixels.subarray(at, at + 3);
    if (Math.max(red, green, blue) < 160 && Math.abs(red - blue) < 30) dark += 1;
  }
  return { width, height, darkShare: dark / (width * height) };
}

/** Undoes the five filters of PNG lines (RFC 2083, section 6). */
function unfilter(raw: Buffer, width: number, height: number): Buffer {
  const line = width * 4;
  const out = Buffer.alloc(line * height);
  for (let y = 0; y < height; y += 1) {
    const kind = raw[y * (line + 1)];
    for (let x = 0; x < line; x += 1) {
      const left = x < 4 ? 0 : (out[y * line + x - 4] ?? 0);
      const up = y === 0 ? 0 : (out[(y - 1) * line + x] ?? 0);
      const corner = x < 4 || y === 0 ? 0 : (out[(y - 1) * line + x - 4] ?? 0);
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][kind ?? 0] ?? 0;
      out[y * line + x] = ((raw[y * (line + 1) + 1 + x] ?? 0) + guess) & 255;
    }
  }
  return out;
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}
