import { describe, expect, test } from 'vitest';
import { reportColours } from '../charts/palette.ts';
import { hostile, overviewResult, sourceByHand } from '../testing/overview-answers.ts';
import { reportToHtml } from './report-html.ts';

async function page(...asked: Parameters<typeof overviewResult>): Promise<string> {
  return reportToHtml(await overviewResult(...asked));
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
    expect(await page({}, { clock })).toContain('The range was not over when this was made');
    expect(await page({}, { clock: () => clock() + 60_000 })).not.toContain('was not over');
  });

  test('shows each figure with its change and the value before', async () => {
    const text = await page();
    expect(text).toContain('<dt>Sessions</dt><dd class="value">1,200</dd>');
    expect(text).toContain('<span class="change good">+20%</span> 1,000 before');
    // Fewer bounces are good, fewer pages a session are bad.
    expect(text).toContain('<span class="change good">-2.5 pts</span> 40.0% before');
    expect(text).toContain('<span class="change bad">-20%</span> 5.00 before');
  });

  test('draws the days twice, for wide and for narrow, and says the same in a sentence', async () => {
    const text = await page();
    expect(count(text, '<svg ')).toBe(2);
    expect(text).toContain(
      'aria-label="Sessions by day: largest 500 (Nov 19), smallest 300 (Nov 20). The table has the same numbers."',
    );
    // The drawing follows the theme: it names its colours instead of holding them.
    const drawings = text.match(/<svg [\s\S]*?<\/svg>/g)?.join('') ?? '';
    expect(drawings).toContain('fill="var(--accent)"');
    for (const [light] of Object.values(reportColours))
      expect(drawings).not.toContain(`"${light}"`);
  });

  test('shows labels beside all, with colour and name, in figures and tables', async () => {
    const text = await page({ labels: ['<b>Buyers</b>'] });
    const name = '<bdi>&lt;b&gt;Buyers&lt;/b&gt;</bdi>';
    expect(text).toContain(`background:var(--label-2)"></i>${name} <b>600</b>`);
    expect(text).toMatch(
      /<th scope="colgroup" colspan="2" class="first">Page views<\/th><th scope="colgroup"/,
    );
    expect(text).not.toContain('<b>Buyers');
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
    expect(text).not.toMatch(/<script|<link|<img|<iframe|<use|\son\w+=|src=|href=|@import/i);
    // Within the file itself only: the clips of drawings.
    expect(text.replaceAll(/url\(#chart-[\w-]+\)/g, '')).not.toMatch(/url\(/i);
    expect(text).toContain("default-src 'none'; style-src 'unsafe-inline'");
  });

  test('tells how many rows it does not show, and where a panel is empty', async () => {
    expect(await page()).toContain('… and 2 more');
    const nothing = async () => ({ columns: [], rows: [], rowsTotal: 0 });
    const source = { ...sourceByHand, query: nothing };
    const text = await page({}, { source });
    expect(count(text, 'Nothing in this range.')).toBe(5);
  });

  test('explains every metric that it shows, once', async () => {
    const text = await page();
    const foot = text.slice(text.indexOf('<footer>'));
    expect(count(foot, '<dt>')).toBe(7);
    expect(foot).toContain('<dt>Bounce rate</dt><dd>Sessions with at most one page view');
  });

  test('follows the locale that is handed in', async () => {
    const text = reportToHtml(await overviewResult(), { locale: 'de' });
    expect(text).toContain('<html lang="de">');
    expect(text).toContain('<dd class="value">1.200</dd>');
    expect(text).toContain('Mi., 18. Nov. 2026');
  });
});

test('texts of strangers come out as text wherever a report shows one: in cells, charts, titles and notes', async () => {
  const texts = [
    ...Object.values(hostile),
    '</style><script>x</script>',
    '"><svg onload=alert(1)>',
  ];
  for (const chart of ['days', 'columns', 'bars', 'grid'] as const) {
    const result = await overviewResult({
      labels: ["</b><script>x</script>'"],
      condition: texts[1],
    });
    const panels = result.panels.map((panel) => ({
      ...panel,
      title: texts[4] ?? '',
      description: texts[5] ?? '',
      kind: 'table' as const,
      chart,
      answer: {
        ...panel.answer,
        rows: panel.answer.rows.flatMap((row) => texts.map((text) => [text, ...row.slice(1)])),
        notes: texts,
      },
    }));
    const text = reportToHtml({ ...result, panels, title: texts[4] ?? '' });
    expect(text).not.toMatch(/<script|<svg on|\u202e/);
    expect(text.match(/<style>/g)).toHaveLength(1);
  }
});
