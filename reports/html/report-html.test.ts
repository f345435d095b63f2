import { describe, expect, test } from 'vitest';
import { runReport } from '../run/run-report.ts';
import { overviewRequest } from '../testing/overview-answers.ts';
import { scaleTop } from './day-chart.ts';
import { reportToHtml } from './report-html.ts';

async function page(change: Parameters<typeof overviewRequest>[0] = {}): Promise<string> {
  return reportToHtml(await runReport(overviewRequest(change)));
}

/** Counts how often a text stands in another. */
function count(text: string, part: string): number {
  return text.split(part).length - 1;
}

describe('a report as HTML', () => {
  test('says what it shows: the dataset, the range, the comparison and when it was made', async () => {
    const text = await page();
    expect(text).toContain('<h1>Overview: <bdi>Tea &amp; &quot;Time&quot; &lt;shop&gt;</bdi></h1>');
    expect(text).toContain('Nov 18 – 20, 2026, whole days in Europe/Berlin; robots are left out');
    expect(text).toContain('Compared with Nov 15 – 17, 2026');
    expect(text).toContain('Nov 21, 2026, 11:00 GMT+1');
  });

  test('says when the range was not over, in the zone of the dataset', async () => {
    // 2026-11-20 22:59 UTC is still the 20th in Berlin, the last day of the range; a minute later it is the 21st.
    const clock = () => Date.UTC(2026, 10, 20, 22, 59);
    expect(await page({ clock })).toContain('The range was not over when this was made');
    expect(await page({ clock: () => clock() + 60_000 })).not.toContain('was not over');
  });

  test('shows each figure with its change and the value before', async () => {
    const text = await page();
    expect(text).toContain('<dt>Sessions</dt><dd class="value">1,200</dd>');
    expect(text).toContain('<span class="change good">+20%</span> 1,000 before');
    // Fewer bounces are good, fewer pages a session are bad.
    expect(text).toContain('<span class="change good">-2.5 pts</span> 40.0% before');
    expect(text).toContain('<span class="change bad">-20%</span> 5.00 before');
  });

  test('draws one bar a day, the largest to its share of the scale', async () => {
    const text = await page();
    expect(count(text, '<rect class="bar"')).toBe(3);
    expect(count(text, '<path class="before"')).toBe(3);
    // 500 of a scale up to 600.
    expect(text).toContain('y="16.67" width="7" height="83.33"');
  });

  test('draws a line where a year of days would make bars too thin', async () => {
    const result = await runReport(overviewRequest({ compare: 'none' }));
    const panels = result.panels.map((panel) => {
      if (panel.kind !== 'series') return panel;
      const rows = Array.from({ length: 365 }, (_, day) => ['2026-01-01', day, day, day]);
      return { ...panel, answer: { ...panel.answer, rows } };
    });
    const text = reportToHtml({ ...result, panels });
    expect(count(text, '<rect')).toBe(0);
    expect(count(text, '<polyline class="line"')).toBe(1);
  });

  test('shows texts of strangers as text', async () => {
    const text = await page();
    expect(text).toContain('/&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;');
    expect(text).toContain('/two\\u000d\\u000alines, &quot;quoted&quot;');
    expect(text).toContain('<bdi>/safe\\u202egpj.exe</bdi>');
    expect(text).toContain('<bdi>=cmd|&#39; /C calc&#39;!A0</bdi>');
    expect(text).not.toContain('\u202e');
  });

  test('holds no script, loads nothing, and forbids both itself', async () => {
    const text = await page();
    expect(text).not.toMatch(/<script|<link|<img|<iframe|\son\w+=|src=|url\(|@import/i);
    expect(text).toContain("default-src 'none'; style-src 'unsafe-inline'");
  });

  test('tells how many rows it does not show, and where a panel is empty', async () => {
    expect(await page()).toContain('… and 2 more');
    const runQuery = async () => ({ columns: [], rows: [], rowsTotal: 0 });
    const text = await page({ runQuery });
    expect(count(text, 'Nothing in this range.')).toBe(5);
  });

  test('explains every metric that it shows, once', async () => {
    const text = await page();
    const foot = text.slice(text.indexOf('<footer>'));
    expect(count(foot, '<dt>')).toBe(7);
    expect(foot).toContain('<dt>Bounce rate</dt><dd>Sessions with at most one page view');
  });

  test('follows the locale that is handed in', async () => {
    const text = reportToHtml(await runReport(overviewRequest()), { locale: 'de' });
    expect(text).toContain('<html lang="de">');
    expect(text).toContain('<dd class="value">1.200</dd>');
    expect(text).toContain('Mi., 18. Nov. 2026');
  });
});

test.each([
  [0, 2],
  [1, 2],
  [2, 2],
  [3, 4],
  [7, 8],
  [9, 10],
  [11, 20],
  [500, 600],
  [1001, 2000],
])('the scale for %i ends at %i', (largest, top) => {
  expect(scaleTop(largest)).toBe(top);
});
