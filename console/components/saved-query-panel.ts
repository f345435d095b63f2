/** The fields of a panel that asks a saved query, and its first rows as they are now. Fires `cn-panel`. */
import { msg } from '@lit/localize';
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { addDays, dayOf } from '../../core/contract/calendar.ts';
import type { SqlAnswer } from '../../core/contract/query.ts';
import type { PanelDefinition } from '../../core/contract/report-definition.ts';
import type { SavedQueryUse } from '../../core/contract/saved-query.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import { previewSavedQuery } from '../api/sql.ts';
import { controlStyles } from '../styles/controls.ts';
import { formStyles } from '../styles/form.ts';
import { textStyles } from '../styles/text.ts';
import { options } from './form-entry.ts';
import './error-note.ts';
import './result-grid.ts';
import './saved-query-field.ts';

/** What a report fills in. */
const given = ['from', 'to', 'robots'];
const previewDays = 7;

@customElement('cn-saved-query-panel')
export class SavedQueryPanel extends LitElement {
  static override styles = [textStyles, controlStyles, formStyles];

  @property() slug = '';
  @property() timeZone = 'UTC';
  @property({ attribute: false }) panel: PanelDefinition | undefined;
  @state() private preview: SqlAnswer | undefined;
  @state() private error: ApiError | undefined;
  @state() private busy = false;
  #shown = '';

  protected override willUpdate(changed: PropertyValues<this>): void {
    const shown = JSON.stringify(this.panel?.savedQuery);
    if (!changed.has('panel') || shown === this.#shown) return;
    this.#shown = shown;
    this.preview = undefined;
    this.error = undefined;
  }

  override render() {
    const { panel } = this;
    if (panel?.savedQuery === undefined) return nothing;
    const { name, values = {} } = panel.savedQuery;
    const charts = { '': msg('None'), bars: msg('Bars'), columns: msg('Columns') };
    return html`<cn-saved-query-field
        slug=${this.slug}
        .use=${{ name, values }}
        .given=${given}
        @cn-query=${(event: CustomEvent<SavedQueryUse>) => this.#fire({ ...panel, savedQuery: event.detail })}
      ></cn-saved-query-field>
      <p class="caption">${msg('$from, $to and $robots get what the report is looked at for. Numbers of its rows are figures, all else is text.')}</p>
      <div class="form-field">
        <label for="chart">${msg('Chart')}</label>
        <select id="chart" class="field" @change=${(event: Event) => this.#chart((event.target as HTMLSelectElement).value)}>
          ${options(charts, panel.chart ?? '')}
        </select>
      </div>
      <button class="button" type="button" ?disabled=${this.busy || name === ''} @click=${() => this.#preview(name, values)}>
        ${this.busy ? msg('Running …') : msg('Preview of the last 7 days')}
      </button>
      <div role="status">
        ${this.preview ? html`<cn-result-grid .answer=${this.preview}></cn-result-grid>` : nothing}
        ${this.preview?.rows.length === 0 ? html`<p class="caption">${msg('It gives no rows.')}</p>` : nothing}
      </div>
      ${this.error ? html`<cn-error-note .error=${this.error}></cn-error-note>` : nothing}`;
  }

  #chart(value: string) {
    if (this.panel === undefined) return;
    const { chart: _before, ...rest } = this.panel;
    this.#fire(value === '' ? rest : { ...rest, chart: value as 'bars' | 'columns' });
  }

  async #preview(name: string, values: SavedQueryUse['values']): Promise<void> {
    this.busy = true;
    this.error = undefined;
    this.preview = undefined;
    const to = addDays(dayOf(Date.now(), this.timeZone), 1);
    const asked = { from: addDays(to, -previewDays), to, robots: false };
    try {
      this.preview = await previewSavedQuery(this.slug, { name, values }, asked);
    } catch (error) {
      this.error = asApiError(error);
    } finally {
      this.busy = false;
    }
  }

  #fire(detail: PanelDefinition) {
    this.dispatchEvent(new CustomEvent<PanelDefinition>('cn-panel', { detail }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-saved-query-panel': SavedQueryPanel;
  }
}
