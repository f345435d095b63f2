/** The words that the HTML and the text of a digest have in common. */
import { layoutOf } from '../../core/contract/answer-layout.ts';
import { mailLimits } from '../../core/contract/mail.ts';
import type { ReportPanel, ReportResult } from '../../core/contract/report.ts';
import { formatDimension, formatMetric, formatRange, showInvisible } from '../html/format.ts';
import type { Digest } from '../schedule/make-digest.ts';

export interface DigestMailOptions {
  /** Where people reach the console, without a slash at the end. */
  consoleUrl: string;
  /** Stands where the link of a recipient comes. */
  unsubscribeUrl: string;
}

export const changesShownMax = 5;
export const alertsShownMax = 10;
const wordsMax = 120;

/** `Weekly shop: Nov 14 – 20, 2026` */
export function subjectOf({ subscription: { name, locale }, parts }: Digest): string {
  const range = parts[0]?.reports[0]?.range;
  const words = range === undefined ? '' : `: ${formatRange(range, locale)}`;
  return `${showInvisible(name)}${words}`.slice(0, mailLimits.subjectLengthMax);
}

export function reportUrl(
  { report, dataset, range, comparison, labels }: ReportResult,
  consoleUrl: string,
): string {
  const search = new URLSearchParams({
    from: range.from,
    to: range.to,
    compare: comparison ?? 'none',
  });
  for (const { name } of labels) search.append('label', name);
  return `${consoleUrl}/${dataset.slug}/reports/${report}?${search}`;
}

/** What the list of a mailbox shows beside the subject: the first figures. */
export function previewWords({ parts, subscription: { locale } }: Digest): string {
  const panel = parts[0]?.reports[0]?.panels.find(({ kind }) => kind === 'figures');
  if (panel === undefined) return '';
  const row = panel.answer.rows[0] ?? [];
  const figures = layoutOf(panel.answer).figures.slice(0, 3);
  return figures
    .map(({ column, places: [place] }) => {
      const value = formatMetric(row[place?.index ?? -1] ?? null, column.unit, locale);
      return `${column.label} ${value}`;
    })
    .join(' · ');
}

/** `Entry page /teas: 12.3% of sessions, 4.0% before` */
export function changeLines({ answer }: ReportPanel, locale: string): string[] {
  const { dimensions, figures } = layoutOf(answer);
  const at = (name: string) =>
    figures.find(({ column }) => column.name === name)?.places[0]?.index ?? -1;
  return answer.rows.map((row) => {
    const words = dimensions.map(({ column, index }) =>
      cut(formatDimension(row[index] ?? null, column.name, locale)),
    );
    const share = (name: string) => formatMetric(row[at(name)] ?? null, 'share', locale);
    return `${words.join(' ')}: ${share('share')} of sessions, ${share('share_before')} before`;
  });
}

/** The text, or its beginning where it is very long. */
export function cut(text: string): string {
  const characters = [...text];
  return characters.length <= wordsMax ? text : `${characters.slice(0, wordsMax - 1).join('')}…`;
}
