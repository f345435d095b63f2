/** The charts of a digest as pictures that come along with the mail. */

import { chartSentence } from '../../core/contract/chart-sentence.ts';
import type { ReportPanel } from '../../core/contract/report.ts';
import type { EditionAttachment } from '../../core/contract/subscription.ts';
import type { Digest } from '../schedule/make-digest.ts';

/** Wide enough for a screen, and still legible where a telephone makes it smaller. */
export const chartWidthPx = 480;
/** More would make the mail heavy; the report has them all, and the mail says so. */
export const chartsMax = 12;
/** Pixels are drawn beside the main thread: the second chart while the first is. */
const drawnAtOnce = 2;

export interface MailChart extends EditionAttachment {
  /** What it shows, for those who do not see it. */
  alt: string;
}

/** What was drawn of a panel, by locale: reports that several digests share are drawn once. */
const drawn = new WeakMap<ReportPanel, Map<string, Promise<DrawnChart | undefined>>>();

type DrawnChart = Pick<MailChart, 'content' | 'alt'>;

/** The chart of each panel that has one, of the first `chartsMax`. */
export async function drawCharts({
  parts,
  subscription: { locale },
}: Digest): Promise<Map<ReportPanel, MailChart>> {
  const charts = new Map<ReportPanel, MailChart>();
  const waiting = parts
    .flatMap(({ reports }) => reports.flatMap(({ panels }) => panels))
    .filter(({ chart }) => chart !== undefined);
  while (waiting.length > 0 && charts.size < chartsMax) {
    const next = waiting.splice(0, Math.min(drawnAtOnce, chartsMax - charts.size));
    const pictures = await Promise.all(next.map((panel) => drawOnce(panel, locale)));
    for (const [index, panel] of next.entries()) {
      const picture = pictures[index];
      // Some panels have nothing to draw.
      if (picture !== undefined) charts.set(panel, numbered(picture, charts.size + 1));
    }
  }
  return charts;
}

function numbered(picture: DrawnChart, number: number): MailChart {
  return {
    ...picture,
    fileName: `chart-${number}.png`,
    contentType: 'image/png',
    contentId: `chart-${number}@canister`,
  };
}

function drawOnce(panel: ReportPanel, locale: string): Promise<DrawnChart | undefined> {
  const byLocale = drawn.get(panel) ?? new Map<string, Promise<DrawnChart | undefined>>();
  drawn.set(panel, byLocale);
  const chart = byLocale.get(locale) ?? draw(panel, locale);
  byLocale.set(locale, chart);
  return chart;
}

async function draw(panel: ReportPanel, locale: string): Promise<DrawnChart | undefined> {
  // What draws is large, and loaded with the first picture.
  const [{ pngFont, svgToPngAside }, { chartInput, drawChart }] = await Promise.all([
    import('../charts/chart-png.ts'),
    import('../charts/chart-svg.ts'),
  ]);
  // Names beside bars take their room from the bars.
  const input = { panel, locale, font: pngFont, isNarrow: panel.chart === 'bars' };
  const svg = drawChart({ ...input, idPrefix: 'chart', widthPx: chartWidthPx });
  if (svg === undefined) return undefined;
  return {
    content: Buffer.from(await svgToPngAside(svg)).toString('base64'),
    alt: chartSentence(chartInput(input)).replace(/ The table has the same numbers\.$/, ''),
  };
}
