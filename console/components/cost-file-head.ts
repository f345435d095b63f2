/** The head of a file of costs, as far as the console needs it to ask which column is which. The server reads the file. */
import { msg, str } from '@lit/localize';
import type { CostField } from '../../core/contract/campaign.ts';
import { ApiError } from '../api/client.ts';

const bytesMax = 3_000_000;
const headsMax = 100;

/** Words that name a column of each field in the exports that people have. */
const usualHeads: Record<CostField, RegExp> = {
  day: /^(day|date|tag|datum|reporting starts)$/i,
  campaign: /^(campaign|campaign name|kampagne|utm_campaign)$/i,
  cost: /^(cost|costs|spend|amount|amount spent.*|kosten)$/i,
  clicks: /^(clicks|link clicks|klicks)$/i,
  impressions: /^(impressions|impr\.?)$/i,
  currency: /^(currency|currency code|währung)$/i,
};

/**
 * The text of a file; exports come as UTF-8, or as UTF-16 where a spreadsheet is meant to open them.
 * @throws ApiError `costs_invalid` when it is too large or no such text
 */
export async function readCostText(file: File): Promise<string> {
  if (file.size > bytesMax)
    throw refused(
      msg(str`The file has ${file.size} bytes; at most ${bytesMax} are taken. Split it by days.`),
    );
  const bytes = new Uint8Array(await file.arrayBuffer());
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw refused(msg('The file is no text in UTF-8 or UTF-16. Save it as CSV.'));
  }
}

/** The names in the first line, whatever of comma, semicolon or tab stands between them. */
export function columnsOfHead(csv: string): string[] {
  const line = csv.slice(0, 20_000).split(/\r?\n/, 1)[0] ?? '';
  const between = [',', ';', '\t'].reduce((best, sign) =>
    line.split(sign).length > line.split(best).length ? sign : best,
  );
  const cells = line.match(new RegExp(`(?:"(?:[^"]|"")*"|[^${between}"])+`, 'g')) ?? [];
  const heads = cells.map((cell) => cell.trim().replace(/^"|"$/g, '').replaceAll('""', '"').trim());
  return [...new Set(heads.filter((head) => head !== ''))].slice(0, headsMax);
}

/** Which column is which, as far as its name says it. */
export function guessColumns(heads: readonly string[]): Partial<Record<CostField, string>> {
  const found = Object.entries(usualHeads).flatMap(([field, usual]) => {
    const head = heads.find((one) => usual.test(one));
    return head === undefined ? [] : [[field, head]];
  });
  return Object.fromEntries(found);
}

const refused = (detail: string) =>
  new ApiError({
    code: 'costs_invalid',
    status: 0,
    title: msg('The file of costs cannot be read'),
    detail,
  });
