import { describe, expect, test } from 'vitest';
import { type CostImport, costImportSchema } from '../contract/campaign.ts';
import { readCosts } from './cost-file.ts';

const columns = { day: 'Date', campaign: 'Name', cost: 'Spend', clicks: 'Clicks' };
const read = (csv: string, more: Partial<CostImport> = {}, present?: string) =>
  readCosts(costImportSchema.parse({ columns, currency: 'EUR', csv, ...more }), present);
const export_ = (layout: CostImport['layout'], csv: string) =>
  read(csv, { layout, columns: undefined, currency: undefined });

describe('Files of costs', () => {
  test('by mapped columns: quotes, semicolons, decimal commas, days with dots, rows of one day added up', () => {
    const csv = [
      '\ufeffName;Date;Spend;Clicks;More',
      '"Spring; ""early""";14.11.2026;1.234,50;10;x',
      'Autumn;2026-11-14;0,5;;',
      '"Spring; ""early""";14.11.2026;0,25;2;',
      '',
    ].join('\r\n');
    expect(read(csv)).toEqual([
      {
        campaign: 'Spring; "early"',
        day: '2026-11-14',
        cost: 1234.75,
        clicks: 12,
        impressions: null,
        currency: 'EUR',
      },
      {
        campaign: 'Autumn',
        day: '2026-11-14',
        cost: 0.5,
        clicks: null,
        impressions: null,
        currency: 'EUR',
      },
    ]);
  });

  test('of Google Ads: a title above, thousands with commas, sums below', () => {
    const csv = [
      'Campaign report',
      '"November 14, 2026 - November 15, 2026"',
      'Day,Campaign status,Campaign,Currency code,Cost,Clicks,Impr.',
      '2026-11-14,Enabled,Spring,EUR,"1,234.50",10,"12,000"',
      '2026-11-15,Enabled,Spring,EUR, --,0,0',
      'Total: Campaigns, --, --,EUR,"1,234.50",10,"12,000"',
    ].join('\n');
    expect(export_('google_ads', csv)).toEqual([
      {
        campaign: 'Spring',
        day: '2026-11-14',
        cost: 1234.5,
        clicks: 10,
        impressions: 12_000,
        currency: 'EUR',
      },
      {
        campaign: 'Spring',
        day: '2026-11-15',
        cost: 0,
        clicks: 0,
        impressions: 0,
        currency: 'EUR',
      },
    ]);
  });

  test('of Microsoft Ads: days month first, a line of rights below', () => {
    const csv = [
      '"Report Name: Campaign","","","","",""',
      '',
      '"Gregorian date","Campaign name","Currency code","Impressions","Clicks","Spend"',
      '"11/14/2026","Spring","USD","100","7","3.10"',
      '"©2026 Microsoft Corporation. All rights reserved."',
    ].join('\r\n');
    expect(export_('microsoft_ads', csv)).toEqual([
      {
        campaign: 'Spring',
        day: '2026-11-14',
        cost: 3.1,
        clicks: 7,
        impressions: 100,
        currency: 'USD',
      },
    ]);
  });

  test('of Meta: the currency stands in the head', () => {
    const csv = [
      'Reporting starts,Reporting ends,Campaign name,Amount spent (GBP),Impressions,Link clicks',
      '2026-11-14,2026-11-14,Spring,12.34,1000,9',
    ].join('\n');
    expect(export_('meta', csv)).toEqual([
      {
        campaign: 'Spring',
        day: '2026-11-14',
        cost: 12.34,
        clicks: 9,
        impressions: 1000,
        currency: 'GBP',
      },
    ]);
  });
});

describe('A file is refused whole', () => {
  const head = 'Date,Name,Spend,Clicks\n';
  test.each<
    [what: string, csv: string, said: RegExp, more?: Partial<CostImport>, present?: string]
  >([
    [
      'without the columns',
      'Day,Campaign,Costs\n2026-11-14,a,1',
      /No line .* columns day \(date\).*first line is: Day \| Campaign/,
    ],
    [
      'without a mapping of what is needed',
      `${head}2026-11-14,a,1,1`,
      /which column holds day, cost/,
      { columns: { campaign: 'Name' } },
    ],
    [
      'with a day that is none',
      `${head}2026-11-14,a,1,1\n2026-02-30,a,1,1`,
      /^Line 3, column Date: "2026-02-30" is no day/,
    ],
    ['with a day that could be two', `${head}11/12/2026,a,1,1`, /is no day/],
    [
      'with a formula for an amount',
      `${head}2026-11-14,a,=1+1,1`,
      /^Line 2, column Spend: "=1\+1" is a formula/,
    ],
    [
      'with a formula for a name',
      `${head}2026-11-14,=cmd|' /C calc'!A0,1,1`,
      /column Name: .* is a formula/,
    ],
    ['with words for an amount', `${head}2026-11-14,a,free,1`, /"free" is no number/],
    ['with a negative amount', `${head}2026-11-14,a,-3,1`, /not between 0 and/],
    ['with an endless amount', `${head}2026-11-14,a,1e400,1`, /is no number/],
    ['without a name', `${head}2026-11-14, ,1,1`, /no campaign is named/],
    [
      'without a currency',
      `${head}2026-11-14,a,1,1`,
      /does not say its currency/,
      { currency: undefined },
    ],
    [
      'in another currency than before',
      `${head}2026-11-14,a,1,1`,
      /in EUR, and the costs of the dataset are in USD/,
      {},
      'USD',
    ],
    [
      'in several currencies',
      'Date,Name,Spend,C\n2026-11-14,a,1,EUR\n2026-11-15,a,1,USD',
      /several currencies: EUR, USD/,
      { columns: { ...columns, clicks: 'x', currency: 'C' } },
    ],
    [
      'in a currency that is none',
      'Date,Name,Spend,C\n2026-11-14,a,1,Euro',
      /"Euro" is no currency/,
      { columns: { ...columns, currency: 'C' } },
    ],
    [
      'with a quote that never ends',
      `${head}2026-11-14,"a,1,1\n`,
      /quote that begins in line 2 never ends/,
    ],
    ['with nothing but a head', head, /no row of costs/],
  ])('%s', (_, csv, said, more = {}, present = undefined) => {
    expect(() => read(csv, more, present)).toThrow(
      expect.objectContaining({ code: 'costs_invalid', message: expect.stringMatching(said) }),
    );
  });

  test('of too many rows', () => {
    const rows = Array.from({ length: 100_001 }, () => '2026-11-14,a,1,1').join('\n');
    expect(() => read(head + rows)).toThrow('more than 100000 rows');
  });
});
