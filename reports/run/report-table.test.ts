import { expect, test } from 'vitest';
import { overviewResult, sourceByHand } from '../testing/overview-answers.ts';
import { reportToTable } from './report-table.ts';

test('a report reads as aligned text, with the period before beside each number', async () => {
  expect(reportToTable(await overviewResult())).toBe(`Overview: Tea & "Time" <shop>
Nov 18 – 20, 2026 (Europe/Berlin), compared with Nov 15 – 17, 2026, without robots

Totals
                     Now  Before
Sessions           1,200   1,000
Visitors             900     800
Page views         4,800   5,000
Bounce rate        37.5%   40.0%
Session duration   2m 5s  1m 40s
Pages per session   4.00    5.00

By day
Day                Sessions  Before  Visitors  Before  Page views  Before
Wed, Nov 18, 2026       400     200       350     180       1,500   1,000
Thu, Nov 19, 2026       500     500       380     400       2,300   2,500
Fri, Nov 20, 2026       300     300       260     270       1,000   1,500

Pages
Page                             Page views  Before  Visitors  Before
/                                     2,000   1,600       700     640
/<script>alert("x")</script>             40       0         3       0
/two\\u000d\\u000alines, "quoted"          20       0         2       0
=cmd|' /C calc'!A0                       10      20         1       4
/safe\\u202egpj.exe                        5       0         1       0
… and 2 more

Referrers
Referrer              Sessions  Before  Visitors  Before
(direct or own host)       700     700       500     500
www.google.com             480     480       390     390
@evil.example               20       0        10       0

Statuses
Status        Hits  Before
200          5,200       0
404            130       0
(not known)     12       0
`);
});

test('a path cannot steer the terminal, and a long or wide one keeps the columns in line', async () => {
  const result = await overviewResult({ comparison: undefined });
  const rows = [
    [`/\u001b[2J\u009b31m`, 1, 1],
    [`/${'x'.repeat(500)}`, 1, 1],
    ['/茶', 1, 1],
  ];
  const panels = result.panels
    .filter(({ name }) => name === 'pages')
    .map((panel) => ({ ...panel, answer: { ...panel.answer, rows, rowsTotal: 3 } }));
  const lines = reportToTable({ ...result, panels })
    .split('\n')
    .slice(5);
  const cut = `/${'x'.repeat(58)}…`;
  expect(lines).toEqual([
    `/\\u001b[2J\\u009b31m${' '.repeat(41)}           1         1`,
    `${cut}           1         1`,
    `/茶${' '.repeat(57)}           1         1`,
    '',
  ]);
});

test('an empty panel says that there is nothing', async () => {
  const nothing = async () => ({ columns: [], rows: [], rowsTotal: 0 });
  const source = { ...sourceByHand, query: nothing };
  const text = reportToTable(await overviewResult({ comparison: undefined }, { source }));
  expect(text).toContain('Pages\n(nothing in this range)\n');
});

test('a range that is not over says so under its head', async () => {
  const clock = () => Date.UTC(2026, 10, 20, 12);
  const [, , note] = reportToTable(await overviewResult({}, { clock })).split('\n');
  expect(note).toBe('The range was not over when this was made: its last days are partial.');
});

test('labels stand beside all in columns of their own, and what was asked stands in the head', async () => {
  const text = reportToTable(
    await overviewResult({ comparison: undefined, labels: ['Buyers'], condition: 'browser = "x"' }),
  );
  expect(text).toContain('Only sessions with: browser = "x"\nLabels: Buyers\n');
  expect(text).toMatch(/^ +Now +Buyers\nSessions +1,200 +600\n/m);
  expect(text).toMatch(/^Day +Sessions +Buyers +Visitors +Buyers +Page views +Buyers\n/m);
});
