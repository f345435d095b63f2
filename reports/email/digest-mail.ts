/**
 * The mail of a digest: for each dataset what changed, the alerts of the period, and its reports, as HTML and as text.
 * It is written once for all recipients; where the link of each is to stand, there is a placeholder.
 */
import { html } from 'hono/html';
import type { Mail } from '../../core/contract/mail.ts';
import type { ReportPanel, ReportResult } from '../../core/contract/report.ts';
import type { EditionAttachment } from '../../core/contract/subscription.ts';
import { scheduleWords } from '../../core/contract/subscription-words.ts';
import {
  comparedWords,
  formatInstant,
  formatRange,
  partialNote,
  showInvisible,
} from '../html/format.ts';
import { requestWords } from '../run/request-words.ts';
import type { Digest, DigestPart } from '../schedule/make-digest.ts';
import { chartsMax, drawCharts, type MailChart } from './digest-charts.ts';
import { digestPanel } from './digest-panel.ts';
import { digestText } from './digest-text.ts';
import {
  alertsShownMax,
  changeLines,
  changesShownMax,
  type DigestMailOptions,
  previewWords,
  reportUrl,
  subjectOf,
} from './digest-words.ts';
import { bodyFont, filled, inked, mailStyleSheet, ruled } from './mail-style.ts';

/** A digest as mail, but for its recipient. */
export interface DigestMail extends Pick<Mail, 'subject' | 'text'> {
  html: string;
  attachments: EditionAttachment[];
}

/** Gmail shows no more of a mail than this, and hides the rest behind a link. */
const htmlBytesMax = 100_000;
/** The first that makes the mail small enough is taken. */
const rowsTried = [8, 5, 3] as const;

const small = 'font-size:12px;line-height:16px';
const paragraph = 'margin:0 0 4px';

/** Writes the mail and draws its charts. */
export async function digestMail(digest: Digest, options: DigestMailOptions): Promise<DigestMail> {
  const charts = await drawCharts(digest);
  const write = (rowsMax: number) => ({ rowsMax, page: page(digest, charts, rowsMax, options) });
  const written = rowsTried.map((rowsMax) => () => write(rowsMax));
  let best = write(rowsTried[0]);
  for (const next of written.slice(1)) {
    if (Buffer.byteLength(best.page) <= htmlBytesMax) break;
    best = next();
  }
  return {
    subject: subjectOf(digest),
    html: best.page,
    text: digestText(digest, { ...options, rowsMax: best.rowsMax }),
    attachments: [...charts.values()].map(({ alt: _, ...attachment }) => attachment),
  };
}

function page(
  digest: Digest,
  charts: ReadonlyMap<ReportPanel, MailChart>,
  rowsMax: number,
  options: DigestMailOptions,
): string {
  const { subscription, parts } = digest;
  const written = html`<!doctype html>
<html lang="${subscription.locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${subjectOf(digest)}</title>
<style>${mailStyleSheet}</style>
</head>
<body ${filled('paper', `margin:0;padding:0;${bodyFont}`)}>
<div style="display:none;max-height:0;overflow:hidden">${previewWords(digest)}</div>
<table role="presentation" ${filled('paper', 'width:100%;border-collapse:collapse')}><tr><td align="center">
<table role="presentation" style="width:100%;max-width:616px;border-collapse:collapse;text-align:left"><tr><td class="page" style="padding:24px;${bodyFont}">
<h1 ${inked('ink', 'margin:0;font-size:22px;line-height:28px;font-weight:600')}>${showInvisible(subscription.name)}</h1>
${parts.map((part) => partSection(part, digest, { charts, rowsMax, ...options }))}
${foot(digest, options)}
</td></tr></table>
</td></tr></table>
</body>
</html>
`;
  return String(written);
}

interface PartOptions extends DigestMailOptions {
  charts: ReadonlyMap<ReportPanel, MailChart>;
  rowsMax: number;
}

function partSection(part: DigestPart, { subscription }: Digest, options: PartOptions) {
  const { locale } = subscription;
  const [first] = part.reports;
  if (first === undefined) return '';
  const { dataset, range } = first;
  const comparedWith = part.reports.find((report) => report.comparedWith)?.comparedWith;
  const note = partialNote(first);
  return html`<h2 ${ruled('ink', 'margin:24px 0 8px;padding-bottom:8px;font-size:18px;line-height:24px;font-weight:600')}><bdi>${showInvisible(dataset.name)}</bdi></h2>
<p ${inked('muted', paragraph)}>${formatRange(range, locale)}${comparedWith === undefined ? '' : html`, compared with ${comparedWords(comparedWith, locale)}`}; whole days in ${dataset.timeZone}, without robots</p>
${note === '' ? '' : html`<p ${inked('ink', `${paragraph};font-weight:600`)}>${note}</p>`}
${changesSection(part.changes, locale)}
${alertsSection(part, dataset, locale, options.consoleUrl)}
${part.reports.map((result) => reportSection(result, locale, options))}`;
}

const sectionHead = (text: string) =>
  html`<h3 ${inked('ink', 'margin:20px 0 4px;font-size:16px;line-height:24px;font-weight:600')}>${text}</h3>`;

function changesSection(changes: ReportPanel, locale: string) {
  const lines = changeLines(changes, locale);
  const hidden = changes.answer.rowsTotal - Math.min(changesShownMax, lines.length);
  return html`${sectionHead('What changed')}
${lines.length === 0 ? html`<p ${inked('muted', 'margin:0')}>No share changed beyond chance.</p>` : ''}${lines
  .slice(0, changesShownMax)
  .map((line) => html`<p ${inked('ink', `${paragraph};overflow-wrap:anywhere`)}>${line}</p>`)}
${hidden > 0 && lines.length > 0 ? html`<p ${inked('muted', `margin:0;${small}`)}>… and ${hidden} more</p>` : ''}`;
}

function alertsSection(
  { alerts }: DigestPart,
  { slug, timeZone }: ReportResult['dataset'],
  locale: string,
  consoleUrl: string,
) {
  if (alerts.length === 0) return '';
  const hidden = alerts.length - alertsShownMax;
  return html`${sectionHead('Alerts')}
${alerts.slice(0, alertsShownMax).map(
  (
    alert,
  ) => html`<p ${inked('ink', `${paragraph};overflow-wrap:anywhere`)}><b>${showInvisible(alert.rule)}</b>${alert.change === 'recovered' ? ' (over)' : ''}: ${showInvisible(alert.says)}<br>
<span ${inked('muted', small)}>${formatInstant(alert.at, timeZone, locale)}${alert.sessions
    .slice(0, 3)
    .map(
      (id, at) =>
        html` · <a href="${consoleUrl}/${slug}/sessions/${id}" ${inked('accent')}>session ${at + 1}</a>`,
    )}</span></p>`,
)}
${hidden > 0 ? html`<p ${inked('muted', `margin:0;${small}`)}>… and ${hidden} more</p>` : ''}`;
}

function reportSection(
  result: ReportResult,
  locale: string,
  { charts, rowsMax, consoleUrl }: PartOptions,
) {
  const isUndrawn = result.panels.some(({ chart }) => chart) && charts.size >= chartsMax;
  const missing = isUndrawn && result.panels.some((panel) => panel.chart && !charts.has(panel));
  return html`<h2 ${inked('ink', 'margin:28px 0 0;font-size:16px;line-height:24px;font-weight:600')}>${showInvisible(result.title)}</h2>
<p ${inked('muted', 'margin:0')}><a href="${reportUrl(result, consoleUrl)}" ${inked('accent')}>Open the report</a> with its sessions, definitions and all rows</p>
${requestWords({ ...result, labels: [] }).map((line) => html`<p ${inked('muted', 'margin:0')}><bdi>${line}</bdi></p>`)}
${result.panels.map((panel) =>
  digestPanel(panel, {
    locale,
    rowsMax,
    chart: charts.get(panel),
    pictureUrl: ({ contentId }) => `cid:${contentId}`,
  }),
)}
${missing ? html`<p ${inked('muted', `margin:8px 0 0;${small}`)}>A mail has at most ${chartsMax} charts: the others are in the report.</p>` : ''}`;
}

function foot({ subscription, dueAt }: Digest, { unsubscribeUrl }: DigestMailOptions) {
  const { schedule, timeZone, locale } = subscription;
  return html`<div ${inked('muted', `margin-top:32px;${small}`)}>
<p style="margin:0 0 4px">Sent by Canister ${scheduleWords(schedule, timeZone)}; this one was due ${formatInstant(dueAt, timeZone, locale)}.</p>
<p style="margin:0"><a href="${unsubscribeUrl}" ${inked('accent')}>Unsubscribe</a> from these mails.</p>
</div>`;
}
