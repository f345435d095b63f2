/** A file of costs → what campaigns cost by day. Refuses the whole file with line and column where a cell is not what it must be. */
import { isDate } from '../contract/calendar.ts';
import {
  type CampaignCost,
  type CostField,
  type CostImport,
  type CostLayout,
  campaignLimits,
  costFields,
} from '../contract/campaign.ts';
import { Problem } from '../contract/problem.ts';
import { type CsvRow, readCsv } from './csv.ts';

interface Layout {
  /** Heads of the column of each field, in lower case; the first that is there is taken. */
  heads: Partial<Record<CostField, readonly (string | RegExp)[]>>;
  /** Rows that are sums, or words below the table. */
  skip?: RegExp;
  /** How days with slashes are written. */
  slashes?: 'month_first';
}

const layouts: Record<Exclude<CostLayout, 'mapped'>, Layout> = {
  google_ads: {
    heads: {
      day: ['day', 'date'],
      campaign: ['campaign', 'campaign name'],
      cost: ['cost', 'spend'],
      clicks: ['clicks', 'interactions'],
      impressions: ['impr.', 'impressions'],
      currency: ['currency code', 'currency'],
    },
    skip: /^total/i,
    slashes: 'month_first',
  },
  microsoft_ads: {
    heads: {
      day: ['gregorian date', 'time period', 'timeperiod', 'day', 'date'],
      campaign: ['campaign name', 'campaignname', 'campaign'],
      cost: ['spend', 'cost'],
      clicks: ['clicks'],
      impressions: ['impressions', 'impr.'],
      currency: ['currency code', 'currencycode', 'currency'],
    },
    skip: /^(total|overall total|©|-+$)/i,
    slashes: 'month_first',
  },
  meta: {
    heads: {
      day: ['day', 'reporting starts'],
      campaign: ['campaign name', 'campaign'],
      cost: [/^amount spent(?: \(([a-z]{3})\))?$/],
      clicks: ['link clicks', 'clicks (all)', 'clicks'],
      impressions: ['impressions'],
      currency: ['currency'],
    },
    skip: /^total/i,
  },
};

const headLinesMax = 30;
const needed: readonly CostField[] = ['day', 'campaign', 'cost'];

/**
 * @param present the currency of the costs that the dataset has already
 * @throws Problem `costs_invalid`
 */
export function readCosts(input: CostImport, present: string | undefined): CampaignCost[] {
  const { rows, separator } = readCsv(input.csv, campaignLimits.costRowsMax);
  const layout = layoutOf(input);
  const head = findHead(rows, layout, input.layout);
  const byKey = new Map<string, CampaignCost>();
  for (const row of rows.slice(head.index + 1)) {
    if (layout.skip?.test(row.cells.find((cell) => cell !== '') ?? '')) continue;
    // Words below a table of an export have fewer cells than the table.
    if (input.layout !== 'mapped' && row.cells.length < head.width / 2) continue;
    addCost(byKey, readRow(row, head, layout, { separator, currency: input.currency }));
  }
  const costs = [...byKey.values()];
  if (costs.length === 0) throw refuse('The file has a head but no row of costs.');
  checkCurrency(costs, present);
  return costs;
}

interface Head {
  index: number;
  width: number;
  places: Partial<Record<CostField, number>>;
  names: string[];
  /** The currency that the head of the cost column says. */
  currency?: string;
}

function layoutOf({ layout, columns }: CostImport): Layout {
  if (layout !== 'mapped') return layouts[layout];
  const missing = needed.filter((field) => columns?.[field] === undefined);
  if (missing.length > 0) {
    throw refuse(
      `Say which column holds ${missing.join(', ')}: give the head of the column of each, such as day=Date.`,
    );
  }
  const heads = Object.fromEntries(
    Object.entries(columns ?? {}).map(([field, name]) => [field, [name.trim().toLowerCase()]]),
  );
  return { heads };
}

function findHead(rows: readonly CsvRow[], layout: Layout, name: CostLayout): Head {
  for (const [index, { cells }] of rows.slice(0, headLinesMax).entries()) {
    const places: Head['places'] = {};
    let currency: string | undefined;
    for (const field of costFields) {
      for (const wanted of layout.heads[field] ?? []) {
        const place = cells.findIndex((cell) => fits(cell, wanted));
        if (place < 0) continue;
        places[field] = place;
        if (wanted instanceof RegExp)
          currency = wanted.exec((cells[place] ?? '').toLowerCase())?.[1]?.toUpperCase();
        break;
      }
    }
    if (needed.every((field) => places[field] !== undefined)) {
      const found = { index, width: cells.length, places, names: cells };
      return currency === undefined ? found : { ...found, currency };
    }
  }
  const heads = needed.map((field) => {
    const names = (layout.heads[field] ?? []).map((one) =>
      one instanceof RegExp ? 'amount spent (EUR)' : one,
    );
    return `${field} (${names.join(' or ')})`;
  });
  const first = rows[0]?.cells.slice(0, 12).join(' | ').slice(0, 300) ?? '';
  throw refuse(
    `No line among the first ${headLinesMax} has the columns ${heads.join(', ')} of the layout ${name}. The first line is: ${first}`,
  );
}

function fits(cell: string, wanted: string | RegExp): boolean {
  const text = cell.toLowerCase();
  return typeof wanted === 'string' ? text === wanted : wanted.test(text);
}

function readRow(
  row: CsvRow,
  head: Head,
  layout: Layout,
  { separator, currency }: { separator: string; currency: string | undefined },
): CampaignCost {
  const cell = (field: CostField): string => {
    const place = head.places[field];
    return place === undefined ? '' : (row.cells[place] ?? '');
  };
  const at = (field: CostField) =>
    `Line ${row.line}, column ${head.names[head.places[field] ?? 0] ?? field}`;
  for (const field of costFields) refuseFormula(cell(field), at(field));
  const number = (field: CostField) => readNumber(cell(field), separator, at(field));
  const count = (field: CostField) =>
    head.places[field] === undefined || cell(field) === '' ? null : Math.round(number(field));
  const campaign = cell('campaign');
  if (campaign === '') throw refuse(`${at('campaign')}: no campaign is named.`);
  if (campaign.length > 255) throw refuse(`${at('campaign')}: the name is longer than 255 signs.`);
  const said = cell('currency') || head.currency || currency;
  if (said === undefined || !/^[A-Z]{3}$/.test(said)) {
    throw refuse(
      said === undefined
        ? 'The file does not say its currency. Give it, such as EUR.'
        : `${at('currency')}: "${said.slice(0, 20)}" is no currency code such as EUR.`,
    );
  }
  return {
    campaign,
    day: readDay(cell('day'), layout, at('day')),
    cost: number('cost'),
    clicks: count('clicks'),
    impressions: count('impressions'),
    currency: said,
  };
}

/** Nobody writes a formula into a file of costs by accident, and what a spreadsheet made of it is not in the file. */
function refuseFormula(cell: string, where: string): void {
  if (!/^[=@]|^[+-][^\d.,\s-]/.test(cell)) return;
  throw refuse(
    `${where}: "${cell.slice(0, 40)}" is a formula. Save the file with values, not formulas.`,
  );
}

/** In a file with semicolons a comma is the decimal sign; in others it parts thousands. */
function readNumber(cell: string, separator: string, where: string): number {
  if (/^-+$/.test(cell)) return 0;
  const bare = cell.replace(/[\s\u00a0']/g, '').replace(/^[€$£¥]/, '');
  const plain =
    separator === ';' && /^-?[\d.]*,\d+$/.test(bare)
      ? bare.replaceAll('.', '').replace(',', '.')
      : bare.replace(/,(?=\d{3}(?:\D|$))/g, '');
  if (!/^-?\d+(?:\.\d+)?$/.test(plain)) {
    throw refuse(`${where}: "${cell.slice(0, 40)}" is no number such as 1234.56.`);
  }
  const value = Number(plain);
  if (value < 0 || value > campaignLimits.amountMax)
    throw refuse(
      `${where}: ${cell.slice(0, 40)} is not between 0 and ${campaignLimits.amountMax}.`,
    );
  return value;
}

function readDay(cell: string, { slashes }: Layout, where: string): string {
  const iso = cell.replace(/[T ]\d{2}:\d{2}.*$/, '');
  if (isDate(iso)) return iso;
  const dotted = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(cell);
  const slashed = slashes === undefined ? null : /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(cell);
  const [year, month, day] = dotted
    ? [dotted[3], dotted[2], dotted[1]]
    : [slashed?.[3], slashed?.[1], slashed?.[2]];
  const made = `${year}-${month?.padStart(2, '0')}-${day?.padStart(2, '0')}`;
  if (isDate(made)) return made;
  throw refuse(`${where}: "${cell.slice(0, 40)}" is no day. Write it like 2026-11-21.`);
}

/** Rows of the same campaign and day, such as those of its groups, are one. */
function addCost(byKey: Map<string, CampaignCost>, row: CampaignCost): void {
  const key = JSON.stringify([row.campaign.toLowerCase(), row.day]);
  const before = byKey.get(key);
  const both = (one: number | null, other: number | null) =>
    one === null && other === null ? null : (one ?? 0) + (other ?? 0);
  if (before === undefined) byKey.set(key, row);
  else if (before.currency !== row.currency) checkCurrency([before, row], undefined);
  else {
    byKey.set(key, {
      ...before,
      cost: before.cost + row.cost,
      clicks: both(before.clicks, row.clicks),
      impressions: both(before.impressions, row.impressions),
    });
  }
}

function checkCurrency(costs: readonly CampaignCost[], present: string | undefined): void {
  const currencies = [...new Set(costs.map(({ currency }) => currency))];
  if (currencies.length > 1) {
    throw refuse(`The file has several currencies: ${currencies.join(', ')}. Convert them first.`);
  }
  if (present !== undefined && currencies[0] !== present) {
    throw refuse(
      `The file is in ${currencies[0]}, and the costs of the dataset are in ${present}. Convert them first.`,
    );
  }
}

const refuse = (detail: string) => new Problem('costs_invalid', detail);
