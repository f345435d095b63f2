import { describe, expect, test } from 'vitest';
import { overviewResult } from '../testing/overview-answers.ts';
import { csvLine, reportToCsv, toCsvCell } from './report-csv.ts';

/** An RFC 4180 reader written here, so that the writer is not its own judge. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (isQuoted && character === '"' && text[at + 1] === '"') {
      cell += '"';
      at += 1;
    } else if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && character === ',') {
      row.push(cell);
      cell = '';
    } else if (!isQuoted && character === '\r' && text[at + 1] === '\n') {
      rows.push([...row, cell]);
      row = [];
      cell = '';
      at += 1;
    } else cell += character;
  }
  expect(isQuoted || row.length > 0 || cell !== '').toBe(false);
  return rows;
}

describe('a report as CSV', () => {
  test('is one table whose rows all have the cells of the header', async () => {
    const rows = readCsv(reportToCsv(await overviewResult()));
    expect(rows[0]?.join()).toBe(
      'panel,period,from,to,day,path,referrer,status,sessions,visitors,page_views,bounce_rate,session_duration_ms,page_depth,hits',
    );
    expect(new Set(rows.map((row) => row.length))).toEqual(new Set([15]));
    // 1 total, 3 days, 5 pages, 3 referrers, 3 statuses; and each of these rows once more for the period before.
    expect(rows).toHaveLength(1 + 15 + 15);
  });

  test('holds plain numbers, the days of both periods, and nothing where a cell does not apply', async () => {
    const text = reportToCsv(await overviewResult());
    const lines = text.split('\r\n');
    expect(lines).toContain(
      'totals,current,2026-11-18,2026-11-21,,,,,1200,900,4800,0.375,125400,4,',
    );
    expect(lines).toContain(
      'totals,previous,2026-11-15,2026-11-18,,,,,1000,800,5000,0.4,100000,5,',
    );
    expect(lines).toContain('by_day,previous,2026-11-15,2026-11-18,2026-11-16,,,,500,400,2500,,,,');
    expect(lines).toContain('statuses,current,2026-11-18,2026-11-21,,,,404,,,,,,,130');
    expect(lines).toContain('statuses,current,2026-11-18,2026-11-21,,,,,,,,,,,12');
  });

  test('names the dates of the year before; a 29th of February has none', async () => {
    const result = await overviewResult();
    const days = ['2024-02-28', '2024-02-29', '2024-03-01'];
    const comparedWith = { from: '2023-02-28', to: '2023-03-02' };
    const panels = result.panels
      .filter(({ name }) => name === 'by_day')
      .map((panel) => ({
        ...panel,
        answer: { ...panel.answer, comparedWith, rows: days.map((day) => [day, 5, 4, 6, 3, 2, 4]) },
      }));
    const range = { from: '2024-02-28', to: '2024-03-02' };
    const text = reportToCsv({ ...result, range, comparison: 'last_year', comparedWith, panels });
    const cells = readCsv(text).map((row) => [row[1], row[4]]);
    expect(cells.slice(1)).toEqual([
      ['current', '2024-02-28'],
      ['current', '2024-02-29'],
      ['current', '2024-03-01'],
      ['previous', '2023-02-28'],
      ['previous', '2023-03-01'],
    ]);
  });

  test('gives back hostile texts whole, formulas with a quote mark before them', async () => {
    const rows = readCsv(reportToCsv(await overviewResult({ comparison: undefined })));
    const paths = rows.filter(([panel]) => panel === 'pages').map((row) => row[5]);
    expect(paths).toEqual([
      '/',
      '/<script>alert("x")</script>',
      '/two\r\nlines, "quoted"',
      "'=cmd|' /C calc'!A0",
      '/safe\u202egpj.exe',
    ]);
    const referrers = rows.filter(([panel]) => panel === 'referrers').map((row) => row[6]);
    expect(referrers).toEqual(['', 'www.google.com', "'@evil.example"]);
  });

  test('has the figures of each label beside those of all, with its name in the head', async () => {
    const label = '=Buyers, best';
    const rows = readCsv(reportToCsv(await overviewResult({ labels: [label] })));
    const at = (head: string) => rows[0]?.indexOf(head) ?? -1;
    const [total] = rows.filter(([panel, period]) => panel === 'totals' && period === 'current');
    expect(total?.[at('sessions')]).toBe('1200');
    expect(total?.[at(`sessions (${label})`)]).toBe('600');
    expect(total?.[at(`session_duration_ms (${label})`)]).toBe('62700');
  });

  test('is the header alone where no panel has a row', async () => {
    const result = await overviewResult({ comparison: undefined });
    const panels = result.panels.map((panel) => ({
      ...panel,
      answer: { ...panel.answer, rows: [] },
    }));
    expect(readCsv(reportToCsv({ ...result, panels }))).toHaveLength(1);
  });
});

test.each([
  ['=1+1', "'=1+1"],
  ['+cmd', "'+cmd"],
  ['-cmd', "'-cmd"],
  ['@sum', "'@sum"],
  ['\ttab', "'\ttab"],
  ['\rreturn', '"\'\rreturn"'],
  ['\nline', '"\'\nline"'],
  ['\0nul', "'\0nul"],
  ['="a","b"', '"\'=""a"",""b"""'],
  ['-5', '-5'],
  ['+5.25', '+5.25'],
  ['-5-cmd', "'-5-cmd"],
  [-5, '-5'],
  ['a=b', 'a=b'],
  ['', ''],
  [null, ''],
])('the cell %j is written as %j', (cell, written) => {
  expect(toCsvCell(cell)).toBe(written);
});

test('a line of any cells ends with CRLF', () => {
  expect(csvLine(['a,b', 1, null, '=x'])).toBe(`"a,b",1,,'=x\r\n`);
});
