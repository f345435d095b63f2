/** Takes the rows of the SQL that was run away as a file. */
import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { SqlFileFormat } from '../../core/contract/query.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import { saveFile } from '../api/save-file.ts';
import { downloadSql, type SqlAsked } from '../api/sql.ts';
import { controlStyles } from '../styles/controls.ts';
import { textStyles } from '../styles/text.ts';
import './error-note.ts';
import { formatCount } from './number-format.ts';

const formats: Record<SqlFileFormat, string> = {
  csv: 'CSV',
  xlsx: 'XLSX',
  json: 'JSON',
  parquet: 'Parquet',
};
/** As many rows as the server gives at a time. */
const rowsMax = 10_000;

@customElement('cn-sql-download')
export class SqlDownload extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    css`
      .formats {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-2) var(--space-3);
        margin-bottom: var(--space-2);
      }
    `,
  ];

  @property() slug = '';
  /** The SQL that was run, with its values. */
  @property({ attribute: false }) asked: SqlAsked | undefined;
  @state() private busy: SqlFileFormat | undefined;
  @state() private said = '';
  @state() private error: ApiError | undefined;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('asked')) return;
    this.said = '';
    this.error = undefined;
  }

  override render() {
    return html`<div class="formats" role="group" aria-label=${msg('Download')}>
        ${(Object.keys(formats) as SqlFileFormat[]).map(
          (
            format,
          ) => html`<button class="button" type="button" ?disabled=${this.busy !== undefined} @click=${() => this.#take(format)}>
            ${this.busy === format ? msg('Fetching …') : msg(str`Download ${formats[format]}`)}
          </button>`,
        )}
        <span class="caption">${msg(str`Up to ${formatCount(rowsMax)} rows.`)}</span>
      </div>
      <p class="caption" role="status">${this.said}</p>
      ${this.error ? html`<cn-error-note .error=${this.error}></cn-error-note>` : nothing}`;
  }

  async #take(format: SqlFileFormat): Promise<void> {
    const { slug, asked } = this;
    if (asked === undefined || this.busy !== undefined) return;
    this.busy = format;
    this.said = '';
    this.error = undefined;
    try {
      const { blob, truncated } = await downloadSql(slug, asked, format);
      saveFile(blob, `${slug}-sql.${format}`);
      this.said = truncated
        ? msg(str`There are more rows: the file holds the first ${formatCount(rowsMax)}.`)
        : msg('The file holds all rows.');
    } catch (error) {
      this.error = asApiError(error);
    } finally {
      this.busy = undefined;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-sql-download': SqlDownload;
  }
}
