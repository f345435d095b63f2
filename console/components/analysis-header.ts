/**
 * The one header of every page of analysis: its title, the days, the comparison, what counts besides people, and below
 * them labels and filter. It stays in its place while the page scrolls and fires `cn-view` with the new view; the page keeps the view
 * in its address.
 */
import { msg, str } from '@lit/localize';
import '@awesome.me/webawesome/dist/components/switch/switch.js';
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { addDays, type DateRange } from '../../core/contract/calendar.ts';
import { comparedRange, comparisonOf } from '../../core/contract/compared-range.ts';
import type { DefinitionChoice } from '../api/reports.ts';
import {
  type AnalysisView,
  analysisViewDefault,
  isUsableRange,
  rangeOf,
  rangePresets,
} from '../controllers/analysis-view.ts';
import { analysisHeaderStyles } from '../styles/analysis-header.ts';
import { controlStyles } from '../styles/controls.ts';
import { textStyles } from '../styles/text.ts';
import './label-picker.ts';
import { numbersShown } from './numbers-shown.ts';
import { presetTexts } from './range-words.ts';
import { formatRange } from './time-format.ts';

const comparisonLabels: Record<AnalysisView['comparison'], string> = {
  none: msg('No comparison'),
  previous_period: msg('Period before'),
  previous_days: msg('As many days before'),
  previous_month: msg('Same days, month before'),
  last_year: msg('Last year'),
  last_year_weeks: msg('Last year, same weekdays'),
};

@customElement('cn-analysis-header')
export class AnalysisHeader extends LitElement {
  static override styles = [textStyles, controlStyles, analysisHeaderStyles];

  @property() heading = '';
  /** The dataset whose fields the filter completes; empty where its reader may not ask for them. */
  @property() slug = '';
  @property({ attribute: false }) view: AnalysisView = analysisViewDefault;
  /** The current day in the dataset's time zone. */
  @property() today = '';
  @property() timeZone = '';
  /** A remark beside the range, such as that the numbers are being loaded. */
  @property() remark = '';
  /** The labels of the dataset that can stand beside all. */
  @property({ attribute: false }) labels: readonly DefinitionChoice[] = [];
  /** Tracker and log may have seen the same here, so that it can be counted twice. */
  @property({ type: Boolean, attribute: 'offers-seen' }) offersSeen = false;
  /** False where no figure of the report that is shown can be compared, whatever is chosen. */
  @property({ attribute: false }) compares = true;
  /** The day of the first stored session, where the compared days begin before it. */
  @property({ attribute: false }) storedFrom: string | undefined;
  /** There is an answer, or a refusal: the filter, whose field is large, may be loaded. */
  @property({ type: Boolean }) answered = false;
  /** Somebody has gone into the filter: the names that it completes are not asked for before. */
  @state() private isFiltering = false;
  /** Dates that are being typed and are not a range yet. */
  @state() private draft: DateRange | undefined;

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('answered') && this.answered)
      void numbersShown().then(() => import('./condition-box.ts'));
  }

  override render() {
    const { view, today } = this;
    const range = this.draft ?? rangeOf(view.range, today);
    const isCustom = typeof view.range === 'object';
    return html`<div class="row">
        <h1>${this.heading}</h1>
        <div class="range">
          <label class="only-read" for="preset">${msg('Days')}</label>
          <select id="preset" class="field" @change=${this.#choosePreset}>
            ${rangePresets.map(
              (preset) =>
                html`<option value=${preset} ?selected=${view.range === preset}>
                  ${presetTexts[preset]}
                </option>`,
            )}
            <option value="custom" ?selected=${isCustom}>${msg('Custom')}</option>
          </select>
          </div>
          ${isCustom ? this.#dates(range) : nothing}
        <label class="only-read" for="comparison">${msg('Comparison')}</label>
        <select id="comparison" class="field" @change=${this.#chooseComparison}>
          ${Object.entries(comparisonLabels).map(
            ([kind, label]) =>
              html`<option value=${kind} ?selected=${view.comparison === kind}>${label}</option>`,
          )}
        </select>
        <wa-switch
          size="s"
          .checked=${view.robots}
          @change=${(event: Event) => this.#change({ robots: isOn(event) })}
          >${msg('Robots')}</wa-switch
        >
        ${
          this.offersSeen || view.seenByTag
            ? html`<wa-switch
                size="s"
                .checked=${view.seenByTag}
                @change=${(event: Event) => this.#change({ seenByTag: isOn(event) })}
                >${msg('Log views the tracker saw too')}</wa-switch
              >`
            : nothing
        }
        <slot name="actions"></slot>
      </div>
      <div class="narrowing">
        <slot name="subject"></slot>
        ${
          this.labels.length === 0 && view.labels.length === 0
            ? nothing
            : html`<cn-label-picker
                .labels=${this.labels}
                .chosen=${view.labels}
                @cn-labels=${(event: CustomEvent<string[]>) => this.#change({ labels: event.detail })}
              ></cn-label-picker>`
        }
        <form class="filter" role="search" @submit=${this.#filter}>
          <cn-condition-box
            bare
            slug=${this.isFiltering ? this.slug : ''}
            label=${msg('Only sessions with')}
            placeholder=${msg('Only sessions with, such as device.type = "mobile"')}
            .value=${view.condition}
            @focusin=${this.#beginFilter}
            @cn-submit=${this.#filter}
          ></cn-condition-box>
          <button class="button" type="submit">${msg('Filter')}</button>
        </form>
      </div>
      ${this.#sentence(range)}`;
  }

  #dates(range: DateRange) {
    return html`<div class="dates">
      <label class="only-read" for="from">${msg('First day')}</label>
      <input id="from" class="field" type="date" .value=${range.from} @change=${this.#chooseDates} />
      <span class="quiet" aria-hidden="true">${msg('to')}</span>
      <label class="only-read" for="to">${msg('Last day')}</label>
      <input
        id="to"
        class="field"
        type="date"
        .value=${range.to === '' ? '' : addDays(range.to, -1)}
        @change=${this.#chooseDates}
      />
    </div>`;
  }

  /** Under the controls, what is seen in words. */
  #sentence(range: DateRange) {
    if (!isUsableRange(range)) {
      return html`<p class="caption said problem" role="alert">
        ${msg('The first day must not be after the last one, and both must be set.')}
      </p>`;
    }
    const isPartial = range.from <= this.today && range.to > this.today;
    const name = typeof this.view.range === 'string' ? this.view.range : undefined;
    const comparison = comparisonOf(name, this.view.comparison);
    return html`<p class="caption said">
      <span>${formatRange(range)}</span>
      ${comparison === 'none' ? nothing : this.#compared(comparedRange(range, comparison))}
      <span class="secondary">${this.timeZone}</span>
      ${isPartial ? html`<span>${msg('today is not over')}</span>` : nothing}
      ${
        this.view.seenByTag
          ? html`<span>${msg('page views that both tracker and log saw count twice')}</span>`
          : nothing
      }
      ${this.remark === '' ? nothing : html`<span role="status">${this.remark}</span>`}
    </p>`;
  }

  #compared(before: DateRange) {
    if (!this.compares)
      return html`<span
        >${msg('this report is not compared: choose the other days to see theirs')}</span
      >`;
    const { storedFrom: first } = this;
    return html`<span>${msg(str`compared with ${formatRange(before)}`)}</span>
      ${
        first === undefined
          ? nothing
          : html`<span>${msg(str`totals are not: sessions are stored only from ${formatRange({ from: first, to: addDays(first, 1) })} on`)}</span>`
      }`;
  }

  #choosePreset(event: Event) {
    const { value } = event.target as HTMLSelectElement;
    this.draft = undefined;
    const preset = rangePresets.find((name) => name === value);
    this.#change({ range: preset ?? rangeOf(this.view.range, this.today) });
  }

  #chooseComparison(event: Event) {
    const { value } = event.target as HTMLSelectElement;
    this.#change({ comparison: value as AnalysisView['comparison'] });
  }

  readonly #beginFilter = () => {
    this.isFiltering = true;
  };

  #filter(event: Event) {
    event.preventDefault();
    const typed = this.renderRoot.querySelector('cn-condition-box')?.value ?? '';
    this.#change({ condition: typed.trim() });
  }

  #chooseDates() {
    const dayIn = (id: string) =>
      this.renderRoot.querySelector<HTMLInputElement>(`#${id}`)?.value ?? '';
    const last = dayIn('to');
    const range = { from: dayIn('from'), to: last === '' ? '' : addDays(last, 1) };
    if (isUsableRange(range)) {
      this.draft = undefined;
      this.#change({ range });
    } else this.draft = range;
  }

  #change(part: Partial<AnalysisView>) {
    const detail: AnalysisView = { ...this.view, ...part };
    this.dispatchEvent(new CustomEvent('cn-view', { detail }));
  }
}

const isOn = (event: Event) => (event.target as HTMLInputElement).checked;

declare global {
  interface HTMLElementTagNameMap {
    'cn-analysis-header': AnalysisHeader;
  }
}
