/** The style of the HTML report: quiet and typographic, light and dark, from a telephone's width to paper. */
export const reportStyle = `
:root {
  color-scheme: light dark;
  --paper: #fff; --ink: #1b1f24; --muted: #59626d; --rule: #dfe3e8;
  --accent: #2d5fc4; --share: #dbe5f8; --before: #1b1f24; --good: #17693d; --bad: #a8321f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171b; --ink: #e6e9ed; --muted: #9aa4b0; --rule: #2c323a;
    --accent: #7ea6f4; --share: #25355a; --before: #e6e9ed; --good: #6fcf9c; --bad: #ff9d8a;
  }
}
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
section { margin-top: 32px; }
.about { margin-bottom: 8px; }
.pairs { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); column-gap: 40px; }
.wide { grid-column: 1 / -1; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(148px, 1fr)); gap: 16px 24px; margin: 12px 0 0; }
.figures dt { color: var(--muted); }
.figures dd { margin: 0; }
.figures .value { font-size: 24px; line-height: 32px; font-weight: 600; }
.change { color: var(--muted); font-size: 12px; line-height: 16px; white-space: nowrap; }
.good { color: var(--good); } .bad { color: var(--bad); }
.chart { margin: 12px 0 16px; }
.chart figcaption { color: var(--muted); margin-bottom: 8px; }
.key { margin-left: 16px; white-space: nowrap; }
.key i { display: inline-block; width: 12px; margin-right: 4px; vertical-align: middle; }
.key-now { height: 10px; background: var(--accent); }
.key-before { height: 2px; background: var(--before); }
.plot { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 4px 8px; }
.scale { display: flex; flex-direction: column; justify-content: space-between; text-align: right; }
.scale, .days { color: var(--muted); font-size: 12px; line-height: 16px; }
.plot svg { display: block; width: 100%; height: 180px; margin: 8px 0; overflow: visible; }
.days { grid-column: 2; display: flex; justify-content: space-between; gap: 8px; white-space: nowrap; }
.bar { fill: var(--accent); }
.grid, .line, .before { fill: none; vector-effect: non-scaling-stroke; }
.grid { stroke: var(--rule); } .line { stroke: var(--accent); stroke-width: 2; } .before { stroke: var(--before); stroke-width: 2; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: 4px 0 4px 16px; border-bottom: 1px solid var(--rule); text-align: right; vertical-align: top; font-weight: 400; white-space: nowrap; }
thead th { color: var(--muted); font-size: 12px; line-height: 16px; vertical-align: bottom; }
tr > :first-child { width: 100%; padding-left: 0; text-align: left; white-space: normal; }
tbody th { position: relative; }
.share { display: block; height: 3px; margin-top: 2px; background: var(--share); }
.share i { display: block; height: 100%; background: var(--accent); }
.none { color: var(--muted); }
td .change { display: block; }
.more { margin-top: 8px; color: var(--muted); }
footer { margin-top: 40px; padding-top: 16px; border-top: 1px solid var(--rule); font-size: 12px; line-height: 16px; }
footer dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 16px; margin: 8px 0 16px; }
footer dt { color: var(--ink); } footer dd { margin: 0; }
@media (max-width: 720px) {
  body { padding: 20px 16px 32px; }
  .pairs { display: block; }
  th, td { padding-left: 12px; }
  footer dl { grid-template-columns: 1fr; gap: 0; } footer dd { margin-bottom: 8px; }
  .figures { grid-template-columns: repeat(2, minmax(0, 1fr)); }
}
@page { margin: 16mm 14mm; }
@media print {
  :root { color-scheme: light; --paper: #fff; --ink: #000; --muted: #444; --rule: #ccc; --accent: #2d5fc4; --share: #dbe5f8; --before: #000; --good: #17693d; --bad: #a8321f; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { max-width: none; padding: 0; font-size: 10pt; line-height: 14pt; }
  section { margin-top: 20pt; }
  tr, dl > div, .chart, footer { break-inside: avoid; }
  h2, .about { break-after: avoid; }
  thead { display: table-header-group; }
}
`;
