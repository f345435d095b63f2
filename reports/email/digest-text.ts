/** A digest as plain text, for those who read no HTML: the same figures, without the charts. */
import type { ReportPanel, ReportResult } from '../../core/contract/report.ts';
import { formatInstant, showInvisible } from '../html/format.ts';
import { reportToTable } from '../run/report-table.ts';
import type { Digest, DigestPart } from '../schedule/make-digest.ts';
import {
  alertsShownMax,
  changeLines,
  changesShownMax,
  type DigestMailOptions,
  reportUrl,
} from './digest-words.ts';

export function digestText(
  { subscription, parts }: Digest,
  { rowsMax, consoleUrl, unsubscribeUrl }: DigestMailOptions & { rowsMax: number },
): string {
  const { name, locale } = subscription;
  const written = parts.map((part) =>
    [
      ...noticeLines(part, locale, consoleUrl),
      ...part.reports.flatMap((result) => [
        reportToTable(shortened(result, rowsMax), locale).trimEnd(),
        `${reportUrl(result, consoleUrl)}\n`,
      ]),
    ].join('\n'),
  );
  return [showInvisible(name), '', ...written, '-- ', `Unsubscribe: ${unsubscribeUrl}`, ''].join(
    '\n',
  );
}

function noticeLines({ changes, alerts, reports }: DigestPart, locale: string, consoleUrl: string) {
  const [first] = reports;
  if (first === undefined) return [];
  const { name, slug, timeZone } = first.dataset;
  const lines = changeLines(changes, locale);
  return [
    `${showInvisible(name)}`,
    '',
    'What changed',
    ...(lines.length === 0 ? ['No share changed beyond chance.'] : lines.slice(0, changesShownMax)),
    ...more(lines.length === 0 ? 0 : changes.answer.rowsTotal - changesShownMax),
    '',
    ...(alerts.length === 0 ? [] : ['Alerts']),
    ...alerts
      .slice(0, alertsShownMax)
      .flatMap(({ rule, change, says, at, sessions }) => [
        `${formatInstant(at, timeZone, locale)}: ${showInvisible(rule)}${change === 'recovered' ? ' (over)' : ''}: ${showInvisible(says)}`,
        ...sessions.slice(0, 3).map((id) => `  ${consoleUrl}/${slug}/sessions/${id}`),
      ]),
    ...more(alerts.length - alertsShownMax),
    ...(alerts.length === 0 ? [] : ['']),
  ];
}

const more = (hidden: number) => (hidden > 0 ? [`… and ${hidden} more`] : []);

/** With the first rows of its tables; how many there are is still known. */
function shortened(result: ReportResult, rowsMax: number): ReportResult {
  const shorter = (panel: ReportPanel): ReportPanel => ({
    ...panel,
    answer: { ...panel.answer, rows: panel.answer.rows.slice(0, rowsMax) },
  });
  return {
    ...result,
    panels: result.panels.map((panel) => (panel.kind === 'table' ? shorter(panel) : panel)),
  };
}
