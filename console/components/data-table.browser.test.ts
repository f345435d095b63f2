/** Tables and figures in a real browser: texts of strangers stay texts, and what is drawn can be read out. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { dimensionColumn, metricColumn } from '../../core/contract/columns.ts';
import { metricNames } from '../../core/contract/metric.ts';
import type { Answer } from '../../core/contract/query.ts';
import type { ActiveSession } from '../../core/contract/session.ts';
import { registerIcons } from '../styles/icons.ts';
import './data-table.ts';
import './figure-row.ts';
import './result-grid.ts';
import './session-table.ts';

const hostile = [
  '<script>window.hit = 1</script>',
  '"><img src=x onerror="window.hit = 1">',
  "javascript:alert('x')",
  '<svg onload="window.hit = 1">',
  '{{constructor.constructor("window.hit = 1")()}}',
];

const pages: Answer = {
  columns: [dimensionColumn('path'), metricColumn('page_views')],
  rows: [...hostile.map((text, index) => [text, 100 - index]), [null, 1]],
  rowsTotal: 20,
};

beforeAll(registerIcons);
afterEach(() => document.body.replaceChildren());

async function show<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Partial<HTMLElementTagNameMap[Name]>,
) {
  const element = Object.assign(document.createElement(name), properties);
  document.body.append(element);
  await (element as unknown as { updateComplete: Promise<boolean> }).updateComplete;
  const root = element.shadowRoot;
  if (root === null) throw new Error(`${name} has no shadow root`);
  return root;
}

const textsIn = (root: ShadowRoot, selector: string) =>
  [...root.querySelectorAll(selector)].map((element) => element.textContent?.trim());

describe('a data table', () => {
  it('draws hostile paths as text and makes no element of them', async () => {
    const root = await show('cn-data-table', { answer: pages, label: 'Top pages' });
    expect(textsIn(root, 'td .text')).toEqual([...hostile, '(no path)']);
    expect(root.querySelectorAll('script, img, a, iframe')).toHaveLength(0);
    expect(root.querySelector('td .text')?.getAttribute('title')).toBe(hostile[0]);
    expect('hit' in window).toBe(false);
  });

  it('says how many values it leaves out', async () => {
    const root = await show('cn-data-table', { answer: pages });
    expect(root.querySelector('.rest')?.textContent).toBe('and 14 more values');
  });

  it('gives the largest row the whole bar and the others their share of it', async () => {
    const answer = {
      ...pages,
      rows: [
        ['/a', 200],
        ['/b', 50],
      ],
      rowsTotal: 2,
    } as Answer;
    const root = await show('cn-data-table', { answer });
    const widths = [...root.querySelectorAll<HTMLElement>('.bar')].map((bar) => bar.style.width);
    expect(widths).toEqual(['100%', '25%']);
  });

  it('puts the change beside the value, and none where nothing is compared', async () => {
    const answer: Answer = {
      columns: [...pages.columns, metricColumn('page_views', { period: 'before' })],
      rows: [
        ['/a', 200, 0],
        ['/b', 50, 100],
      ],
      rowsTotal: 2,
    };
    const root = await show('cn-data-table', { answer });
    const said = textsIn(root, '.change .only-read');
    expect(said).toEqual([
      'Up from 0 in the previous period, which is better',
      'Down by 50.0% from 100 in the previous period, which is worse',
    ]);
    expect(textsIn(root, 'thead th')).toHaveLength(2);
    document.body.replaceChildren();
    expect(textsIn(await show('cn-data-table', { answer: pages }), '.change')).toEqual([]);
  });

  it('has room for eleven figures with their changes on the page of a window of 1,400 px', async () => {
    const { innerWidth, innerHeight } = window;
    await page.viewport(1_400, 900);
    const names = metricNames.slice(0, 11);
    const answer: Answer = {
      columns: [
        dimensionColumn('campaign'),
        ...names.map((name) => metricColumn(name)),
        ...names.map((name) => metricColumn(name, { period: 'before' })),
      ],
      rows: [['a', ...names.map(() => 1), ...names.map(() => 2)]],
      rowsTotal: 1,
    };
    const root = await show('cn-data-table', { answer });
    document.body.style.width = '1121px';
    const scroll = root.querySelector('.scroll');
    expect(scroll?.scrollWidth).toBeLessThanOrEqual(1121);
    document.body.style.removeProperty('width');
    await page.viewport(innerWidth, innerHeight);
  });

  it('puts labels beside all, each under its name and with its colour', async () => {
    const of = hostile[0] ?? '';
    const answer: Answer = {
      columns: [...pages.columns, metricColumn('page_views', { of })],
      rows: [['/a', 200, 7]],
      rowsTotal: 1,
      labels: [{ name: of, colour: 9 }],
    };
    const root = await show('cn-data-table', { answer });
    expect(textsIn(root, 'thead tr:last-child th')).toEqual(['All', of]);
    expect(root.querySelector<HTMLElement>('.patch')?.style.background).toBe('var(--label-1)');
    expect(textsIn(root, 'td.number')).toEqual(['200', '7']);
    expect(root.querySelectorAll('script')).toHaveLength(0);
  });

  it('has a sentence where it has no rows', async () => {
    const answer = { ...pages, rows: [], rowsTotal: 0 };
    const root = await show('cn-data-table', { answer, emptyText: 'No referrer in this range.' });
    expect(root.querySelector('p')?.textContent).toBe('No referrer in this range.');
    expect(root.querySelector('table')).toBeNull();
  });
});

describe('the row of figures', () => {
  const answer: Answer = {
    columns: [metricColumn('sessions'), metricColumn('bounce_rate')],
    rows: [[120, null]],
    rowsTotal: 1,
  };

  it('says each change in an arrow, in a word, and as better or worse', async () => {
    const before = [
      metricColumn('sessions', { period: 'before' }),
      metricColumn('bounce_rate', { period: 'before' }),
    ];
    const root = await show('cn-figure-row', {
      answer: { ...answer, columns: [...answer.columns, ...before], rows: [[120, null, 100, 0.5]] },
    });
    expect(textsIn(root, 'dd.value')).toEqual(['120', '–']);
    const [sessions, bounce] = [...root.querySelectorAll('dd.change')];
    expect(sessions?.querySelector('wa-icon')?.getAttribute('name')).toBe('arrow-up');
    expect(sessions?.querySelector('.only-read')?.textContent).toBe(
      'Up by 20.0% from 100 in the previous period, which is better',
    );
    expect(bounce?.querySelector('wa-icon')).toBeNull();
    expect(bounce?.classList.contains('neutral')).toBe(true);
  });

  it('has no change where nothing is compared', async () => {
    const root = await show('cn-figure-row', { answer });
    expect(root.querySelectorAll('dd.change')).toHaveLength(0);
  });
});

describe('the table of sessions', () => {
  it('draws what strangers sent as text', async () => {
    const session: ActiveSession = {
      id: 'a',
      startedAt: 1_000,
      lastHitAt: 2_000,
      hits: 2,
      pageViews: 2,
      entryPath: '/<img src=x onerror="window.hit = 1">',
      lastPath: '/<b>last</b>',
      lastTitle: '<i>title</i>',
      source: '<script>window.hit = 1</script>',
      technology: { browser: '<u>x</u>', device: 'desktop' },
    };
    const root = await show('cn-session-table', { sessions: [session], now: 62_000 });
    expect(root.querySelectorAll('img, b, i, u, script')).toHaveLength(0);
    expect(root.querySelector('td.duration')?.textContent).toBe('1m 01s');
    expect(root.querySelector('td.source')?.textContent).toBe(session.source);
  });
});

describe('the grid of SQL results', () => {
  it('shows types, nulls and structures, and makes no element of a value', async () => {
    const root = await show('cn-result-grid', {
      answer: {
        columns: [
          { name: '<b>n</b>', type: 'BIGINT' },
          { name: 's', type: 'STRUCT(a INTEGER)' },
        ],
        rows: [
          [1, { a: '<i>' }],
          [null, null],
        ],
        truncated: false,
        asOf: 0,
        elapsedMs: 3,
      },
    });
    expect(root.querySelector('th')?.textContent?.trim()).toBe('<b>n</b>BIGINT');
    expect(textsIn(root, 'td')).toEqual(['1', '{"a":"<i>"}', 'null', 'null']);
    expect(root.querySelectorAll('b, i')).toHaveLength(0);
    const isNumber = [...root.querySelectorAll('td')].map((cell) => cell.matches('.number'));
    expect(isNumber).toEqual([true, false, true, false]);
  });
});
