/** Everything of a dataset, or of some days, as one DuckDB file: made by the server, then taken with a link. */
import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { dayOf } from '../../core/contract/calendar.ts';
import type { Dataset } from '../../core/contract/dataset.ts';
import type { Export } from '../../core/contract/export.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import { exportUrl, makeExport } from '../api/exports.ts';
import { serverNow } from '../api/server-time.ts';
import { rangeOf } from '../controllers/analysis-view.ts';
import { controlStyles } from '../styles/controls.ts';
import { textStyles } from '../styles/text.ts';
import './day-range.ts';
import type { RangeChoice } from './day-range.ts';
import './error-note.ts';
import { counted, formatBytes } from './number-format.ts';

@customElement('cn-data-export')
export class DataExport extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    css`
      p {
        margin: var(--space-1) 0 var(--space-2);
      }
      .button {
        margin-top: var(--space-2);
      }
    `,
  ];

  @property({ attribute: false }) open: Dataset | undefined;
  @state() private choice: RangeChoice = 'all';
  @state() private made: Export | undefined;
  @state() private error: ApiError | undefined;
  @state() private busy = false;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('open') || changed.get('open')?.slug === this.open?.slug) return;
    this.made = undefined;
    this.error = undefined;
  }

  override render() {
    const { open } = this;
    if (open === undefined) return nothing;
    return html`<p class="caption">
        ${msg('All sessions that have ended, with their hits and events, in one DuckDB file to open with tools of your own.')}
      </p>
      <cn-day-range
        .choice=${this.choice}
        today=${this.#today}
        @cn-range=${(event: CustomEvent<RangeChoice>) => {
          this.choice = event.detail;
          this.made = undefined;
        }}
      ></cn-day-range>
      <button class="button" type="button" ?disabled=${this.busy} @click=${() => this.#make(open)}>
        ${this.busy ? msg('Making the file …') : msg('Make a DuckDB file')}
      </button>
      <div role="status">${this.made ? this.#link(open, this.made) : nothing}</div>
      ${this.error ? html`<cn-error-note .error=${this.error}></cn-error-note>` : nothing}`;
  }

  #link({ slug }: Dataset, { id, name, bytes, rows }: Export) {
    const sessions = counted(rows.sessions ?? 0, msg('# session|# sessions'));
    const hits = counted(rows.hits ?? 0, msg('# hit|# hits'));
    return html`<p>
        <a href=${exportUrl(slug, id)} download=${name}>${msg(html`Download <bdi>${name}</bdi>`)}</a>
      </p>
      <p class="caption">${msg(str`${sessions}, ${hits}; ${formatBytes(bytes)}. It is kept for a day.`)}</p>`;
  }

  get #today(): string {
    return dayOf(serverNow(), this.open?.timeZone ?? 'UTC');
  }

  async #make({ slug }: Dataset): Promise<void> {
    this.busy = true;
    this.error = undefined;
    this.made = undefined;
    const range = this.choice === 'all' ? undefined : rangeOf(this.choice, this.#today);
    try {
      const made = await makeExport(slug, range);
      if (slug === this.open?.slug) this.made = made;
    } catch (error) {
      if (slug === this.open?.slug) this.error = asApiError(error);
    } finally {
      this.busy = false;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-data-export': DataExport;
  }
}
