/** Takes the costs of campaigns out of a CSV file: whose export it is, or which column holds what. Fires `cn-saved`. */
import { msg } from '@lit/localize';
import { html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { addDays } from '../../core/contract/calendar.ts';
import type { CostField, CostImportResult, CostLayout } from '../../core/contract/campaign.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import { importCosts } from '../api/definitions.ts';
import { UnsavedInput } from '../controllers/unsaved-input.ts';
import { controlStyles } from '../styles/controls.ts';
import { fieldsetStyles } from '../styles/fieldset.ts';
import { textStyles } from '../styles/text.ts';
import { columnsOfHead, guessColumns, readCostText } from './cost-file-head.ts';
import { options } from './form-entry.ts';
import './error-note.ts';
import { counted, formatCount, formatMetric } from './number-format.ts';
import { formatRange } from './time-format.ts';

const dayWords = (day: string) => formatRange({ from: day, to: addDays(day, 1) });

const layoutTexts: Record<CostLayout, string> = {
  mapped: msg('Any CSV file: say which column is which'),
  google_ads: 'Google Ads',
  microsoft_ads: 'Microsoft Advertising',
  meta: 'Meta Ads',
};

const fieldTexts: Record<CostField, string> = {
  day: msg('Day'),
  campaign: msg('Campaign'),
  cost: msg('Cost'),
  clicks: msg('Clicks (optional)'),
  impressions: msg('Impressions (optional)'),
  currency: msg('Currency (optional)'),
};
const costFieldNames = Object.keys(fieldTexts) as CostField[];

type Columns = Partial<Record<CostField, string>>;

@customElement('cn-cost-upload')
export class CostUpload extends LitElement {
  static override styles = [textStyles, controlStyles, fieldsetStyles];

  @property() slug = '';
  @state() private layout: CostLayout = 'mapped';
  @state() private currency = '';
  @state() private heads: readonly string[] = [];
  @state() private columns: Columns = {};
  @state() private error: ApiError | undefined;
  @state() private result: CostImportResult | undefined;
  @state() private busy = false;
  #csv = '';
  #fileName = '';

  constructor() {
    super();
    new UnsavedInput(this, { typed: () => this.#typed(), saved: () => undefined });
  }

  override render() {
    return html`<form novalidate @submit=${this.#send}>
      <div class="line">
        <label class="entry wide"
          ><span>${msg('CSV file')}</span
          ><input class="field" type="file" accept=".csv,.tsv,text/csv" @change=${this.#choose}
        /></label>
        <label class="entry"
          ><span>${msg('Export of')}</span
          ><select class="field" @change=${this.#setLayout}>
            ${options(layoutTexts, this.layout)}
          </select></label
        >
        <label class="entry"
          ><span>${msg('Currency, where the file has none')}</span
          ><input
            class="field"
            maxlength="3"
            size="5"
            autocomplete="off"
            placeholder="EUR"
            .value=${this.currency}
            @input=${this.#setCurrency}
        /></label>
      </div>
      ${this.layout === 'mapped' && this.heads.length > 0 ? this.#mapping() : nothing}
      ${this.error ? html`<cn-error-note .error=${this.error}></cn-error-note>` : nothing}
      <div class="actions">
        <button class="button" type="submit" ?disabled=${this.busy || this.#csv === ''}>
          ${this.busy ? msg('Taking …') : msg('Take the costs')}
        </button>
      </div>
      <div role="status">${this.result ? this.#outcome(this.result) : nothing}</div>
    </form>`;
  }

  #mapping() {
    const heads = Object.fromEntries(this.heads.map((head) => [head, head]));
    return html`<fieldset>
      <legend>${msg('Columns')}</legend>
      <div class="line">
        ${costFieldNames.map(
          (field) => html`<label class="entry"
            ><span>${fieldTexts[field]}</span
            ><select class="field" @change=${(event: Event) => this.#map(field, (event.target as HTMLSelectElement).value)}>
              ${options({ '': msg('none'), ...heads }, this.columns[field] ?? '')}
            </select></label
          >`,
        )}
      </div>
    </fieldset>`;
  }

  #outcome({ rows, cost, currency, from, to, campaigns, unmatched }: CostImportResult) {
    return html`<div class="outcome">
      <p>
        ${msg(html`<b>${formatMetric(cost, 'money')} ${currency}</b> for ${counted(campaigns.length, msg('# campaign|# campaigns'))} from ${dayWords(from)} to ${dayWords(to)}, in ${formatCount(rows)} rows. Costs of the same campaign and day took the place of earlier ones.`)}
      </p>
      ${
        unmatched.length === 0
          ? nothing
          : html`<p>${msg('No campaign has the name of these, so they are matched with utm_campaign itself:')}</p>
              <ul>
                ${unmatched.map((name) => html`<li>${name}</li>`)}
              </ul>`
      }
    </div>`;
  }

  async #choose(event: Event): Promise<void> {
    const file = (event.target as HTMLInputElement).files?.[0];
    this.error = undefined;
    this.result = undefined;
    this.#csv = '';
    this.heads = [];
    this.columns = {};
    if (file === undefined) return;
    try {
      this.#fileName = file.name;
      this.#csv = await readCostText(file);
      this.heads = columnsOfHead(this.#csv);
      this.columns = guessColumns(this.heads);
    } catch (error) {
      this.error = asApiError(error);
    }
    this.requestUpdate();
  }

  #typed() {
    const { layout, columns, currency } = this;
    if (this.#csv === '' && currency === '') return undefined;
    return { file: this.#fileName, layout, columns, currency };
  }

  #setLayout(event: Event) {
    this.layout = (event.target as HTMLSelectElement).value as CostLayout;
  }

  #setCurrency(event: Event) {
    this.currency = (event.target as HTMLInputElement).value.toUpperCase();
  }

  #map(field: CostField, head: string) {
    const { [field]: _, ...others } = this.columns;
    this.columns = head === '' ? others : { ...others, [field]: head };
  }

  async #send(event: Event): Promise<void> {
    event.preventDefault();
    if (this.busy || this.#csv === '') return;
    this.busy = true;
    this.error = undefined;
    this.result = undefined;
    try {
      this.result = await importCosts(this.slug, {
        layout: this.layout,
        csv: this.#csv,
        ...(this.layout === 'mapped' ? { columns: this.columns } : {}),
        ...(this.currency === '' ? {} : { currency: this.currency }),
      });
      this.dispatchEvent(new CustomEvent('cn-saved'));
    } catch (error) {
      this.error = asApiError(error);
    } finally {
      this.busy = false;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-cost-upload': CostUpload;
  }
}
