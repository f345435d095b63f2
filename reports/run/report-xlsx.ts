/** Tables as XLSX files, row by row. Texts are texts and numbers are numbers: a cell never holds a formula. */
import { Readable, type Transform } from 'node:stream';
import XlsxTransformStream from 'xlsx-write-stream';
import type { ReportResult } from '../../core/contract/report.ts';
import { reportRows } from './report-csv.ts';

export type XlsxCell = string | number | null;

/** As many characters as a cell of Excel can hold. */
const textLengthMax = 32_767;

/** The same table as in CSV. */
export async function reportToXlsx(result: ReportResult): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Buffer[] = [];
  for await (const piece of xlsxStream(reportRows(result))) pieces.push(piece as Buffer);
  return new Uint8Array(Buffer.concat(pieces));
}

export function xlsxStream(rows: Iterable<readonly XlsxCell[]>): Transform {
  function* cells() {
    for (const row of rows) yield row.map(clean);
  }
  return Readable.from(cells(), { objectMode: true }).pipe(new XlsxTransformStream());
}

/**
 * XML knows no control characters, and the library leaves out what lies beyond the basic plane (emoji among them): both
 * are shown as replacement characters, so that nothing vanishes unseen.
 */
function clean(cell: XlsxCell): string | number {
  if (cell === null) return '';
  if (typeof cell === 'number') return Number.isFinite(cell) ? cell : String(cell);
  return cell
    .slice(0, textLengthMax)
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}]/gu, '\ufffd');
}
