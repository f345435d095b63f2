/** The style of the HTML report: quiet and typographic, light and dark, from a telephone's width to paper. */
import { colourProperties } from '../charts/palette.ts';

export const reportStyle = `
:root { color-scheme: light dark; ${colourProperties('light')} }
@media (prefers-color-scheme: dark) { :root { ${colourProperties('dark')} } }
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 32px 24px 48px; max-width: 1120px;
  background: var(--paper); color: var(--ink);
  font: 14px/20px "Inter Variable", Inter, system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
}
h1 { margin: 0; font-size: 28px; line-height: 36px; font-weight: 600; }
h2 { margin: 0; font-size: 16px; line-height: 24px; font-weight: 600; }
p { margin: 0; }
header { padding-bottom: 16px; border-bottom: 1px solid var(--rule); }
header p, .about, footer { color: var(--muted); }
header .partial { color: var(--ink); font-weight: 600; }
section { margin-top: 32px; min-width: 0; }
.about { margin-bottom: 8px; max-width: 80ch; }
.note { margin-top: 8px; }
.pairs { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); column-gap: 40px; }
.wide { grid-column: 1 / -1; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(148px, 1fr)); gap: 16px 24px; margin: 12px 0 0; }
.figures dt { color: var(--muted); }
.figures dd { margin: 0; }
.figures .value { font-size: 24px; line-height: 32px; font-weight: 600; }
.figures .label { font-size: 12px; line-height: 16px; margin-top: 4px; }
.patch { display: inline-block; width: 8px; height: 8px; margin-right: 4px; }
.change { color: var(--muted); font-size: 12px; line-height: 16px; white-space: nowrap; }
.change.good { color: var(--good); } .change.bad { color: var(--bad); }
.chart { margin: 12px 0 16px; }
.chart svg { display: block; width: 100%; height: auto; }
.for-narrow { display: none; }
.scroll { overflow-x: auto; }
.scroll:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: 4px 0 4px 16px; border-bottom: 1px solid var(--rule); text-align: right; vertical-align: top; font-weight: 400; white-space: nowrap; }
thead th { color: var(--muted); font-size: 12px; line-height: 16px; vertical-align: bottom; }
.dense th, .dense td { padding-left: 12px; }
.dense thead th { white-space: normal; overflow-wrap: break-word; }
thead .first, tbody .first { padding-left: 24px; }
thead th[colspan] { border-bottom: 0; }
th[scope="row"], .text, thead tr:first-child > :first-child { text-align: left; }
th[scope="row"] { width: 100%; min-width: 144px; padding-left: 0; white-space: normal; }
thead tr:first-child > :first-child { padding-left: 0; }
td.text { min-width: 96px; white-space: normal; }
.share { display: block; height: 3px; margin-top: 2px; background: var(--share); }
.share i { display: block; height: 100%; background: var(--accent); }
.none { color: var(--muted); }
td .change { display: block; }
.more { margin-top: 8px; color: var(--muted); }
footer { margin-top: 40px; padding-top: 16px; border-top: 1px solid var(--rule); font-size: 12px; line-height: 16px; }
footer dl { margin: 8px 0 16px; }
footer dl > div { display: grid; grid-template-columns: 160px minmax(0, 1fr); gap: 0 16px; margin-bottom: 4px; }
footer dt { color: var(--ink); } footer dd { margin: 0; }
@media (max-width: 720px) {
  body { padding: 20px 12px 32px; }
  .pairs { display: block; }
  th, td { padding-left: 12px; }
  footer dl > div { display: block; margin-bottom: 8px; }
  .figures { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .for-wide { display: none; } .for-narrow { display: block; }
}
@page { margin: 16mm 14mm; }
@media print {
  :root { color-scheme: light; ${colourProperties('light')} }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { max-width: none; padding: 0; font-size: 10pt; line-height: 14pt; }
  section { margin-top: 20pt; }
  .for-wide { display: block; } .for-narrow { display: none; }
  .scroll { overflow: visible; }
  th, td { padding-left: 8pt; overflow-wrap: normal; }
  thead th { white-space: normal; }
  th[scope="row"], td.text { overflow-wrap: anywhere; }
  td { font-size: 9pt; }
  tr, dl > div, .chart, footer { break-inside: avoid; }
  h2, .about { break-after: avoid; }
  thead { display: table-header-group; }
}
`;
