/** Which days are meant: all, a range with a name, or a first and a last day. Fires `cn-range` with the choice. */
import { msg } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { addDays, type DateRange } from '../../core/contract/calendar.ts';
import {
  isUsableRange,
  type RangePreset,
  rangeOf,
  rangePresets,
} from '../controllers/analysis-view.ts';
import { controlStyles } from '../styles/controls.ts';
import { textStyles } from '../styles/text.ts';
import { presetTexts } from './range-words.ts';

export type RangeChoice = 'all' | RangePreset | DateRange;

@customElement('cn-day-range')
export class DayRange extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-2);
      }
      .dates {
        display: flex;
        align-items: center;
        gap: var(--space-2);
      }
      input {
        width: 8.5rem;
        min-width: 0;
      }
      .problem {
        flex-basis: 100%;
        color: var(--worse);
      }
    `,
  ];

  @property({ attribute: false }) choice: RangeChoice = 'all';
  /** The current day in the dataset's time zone. */
  @property() today = '';
  /** Dates that are being typed and are not a range yet. */
  @state() private draft: DateRange | undefined;

  override render() {
    const isCustom = typeof this.choice === 'object';
    return html`<label class="only-read" for="preset">${msg('Days')}</label>
      <select id="preset" class="field" @change=${this.#choose}>
        <option value="all" ?selected=${this.choice === 'all'}>${msg('All time')}</option>
        ${rangePresets.map(
          (preset) =>
            html`<option value=${preset} ?selected=${this.choice === preset}>${presetTexts[preset]}</option>`,
        )}
        <option value="custom" ?selected=${isCustom}>${msg('Custom')}</option>
      </select>
      ${isCustom ? this.#dates(this.draft ?? (this.choice as DateRange)) : nothing}`;
  }

  #dates(range: DateRange) {
    return html`<span class="dates">
        <label class="only-read" for="from">${msg('First day')}</label>
        <input id="from" class="field" type="date" .value=${range.from} @change=${this.#type} />
        <span class="quiet" aria-hidden="true">${msg('to')}</span>
        <label class="only-read" for="to">${msg('Last day')}</label>
        <input
          id="to"
          class="field"
          type="date"
          .value=${range.to === '' ? '' : addDays(range.to, -1)}
          @change=${this.#type}
        />
      </span>
      ${
        isUsableRange(range)
          ? nothing
          : html`<p class="caption problem" role="alert">
              ${msg('The first day must not be after the last one, and both must be set.')}
            </p>`
      }`;
  }

  #choose(event: Event) {
    const { value } = event.target as HTMLSelectElement;
    this.draft = undefined;
    const preset = rangePresets.find((name) => name === value);
    if (value === 'all' || preset !== undefined) return this.#fire(preset ?? 'all');
    const { choice } = this;
    this.#fire(rangeOf(choice === 'all' ? 'last_7_days' : choice, this.today));
  }

  #type() {
    const day = (id: string) =>
      this.renderRoot.querySelector<HTMLInputElement>(`#${id}`)?.value ?? '';
    const last = day('to');
    const range = { from: day('from'), to: last === '' ? '' : addDays(last, 1) };
    const isRange = isUsableRange(range);
    this.draft = isRange ? undefined : range;
    if (isRange) this.#fire(range);
  }

  #fire(detail: RangeChoice) {
    this.dispatchEvent(new CustomEvent('cn-range', { detail }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-day-range': DayRange;
  }
}
