/** One panel of a report that is being built: what it shows, as fields. */
import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { type DimensionName, dimensionNames, dimensions } from '../../core/contract/dimension.ts';
import { type MetricName, metricNames, metrics } from '../../core/contract/metric.ts';
import type { PanelDefinition } from '../../core/contract/report-definition.ts';
import { shaped } from '../pages/report-draft.ts';
import { controlStyles } from '../styles/controls.ts';
import { formStyles } from '../styles/form.ts';
import { textStyles } from '../styles/text.ts';
import { dimensionName, metricMeaning, metricName } from '../texts/server-names.ts';
import './saved-query-panel.ts';

type PanelQuery = NonNullable<PanelDefinition['query']>;

const kinds = {
  table: msg('A row a value'),
  series: msg('A row a day'),
  figures: msg('Figures in one row'),
};
const charts = {
  bars: msg('Bars'),
  columns: msg('Columns'),
  days: msg('Over days'),
  grid: msg('Grid of two'),
};
const dimensionsMax = 4;
const rowsMax = 10_000;

@customElement('cn-panel-form')
export class PanelForm extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    formStyles,
    css`
      :host {
        display: block;
      }
      .problem {
        color: var(--worse);
        font-weight: 550;
        margin-bottom: var(--space-2);
      }
      .pair {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(12rem, 100%), 1fr));
        column-gap: var(--space-4);
      }
      fieldset {
        min-width: 0;
        margin: 0 0 var(--space-5);
        padding: 0;
        border: 0;
      }
      legend {
        padding: 0 0 var(--space-1);
        font-size: var(--text-dense);
        font-weight: 600;
      }
      .metrics {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr));
        gap: var(--space-1) var(--space-4);
      }
      .metrics label {
        display: flex;
        gap: var(--space-2);
        align-items: center;
        font-size: var(--text-dense);
      }
      .dimensions {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2);
      }
    `,
  ];

  @property() slug = '';
  @property() timeZone = 'UTC';
  @property({ attribute: false }) panel: PanelDefinition | undefined;
  @property({ attribute: false }) problems: readonly string[] = [];
  /** Names of the goals that there are. */
  @property({ attribute: false }) goals: readonly string[] = [];

  override render() {
    const { panel } = this;
    if (panel === undefined) return nothing;
    // Above its many fields: below them it would stand with the next panel.
    return html`${this.problems.map((problem) => html`<p class="caption problem" role="alert">${problem}</p>`)}
      ${this.#text('title', msg('Title of the panel'), panel.title, (title) => this.#set({ title }))}
      ${panel.query === undefined ? this.#kept(panel) : this.#asked(panel, panel.query)}`;
  }

  #kept(panel: PanelDefinition) {
    if (panel.savedQuery !== undefined)
      return html`<cn-saved-query-panel slug=${this.slug} timeZone=${this.timeZone} .panel=${panel} @cn-panel=${(event: CustomEvent<PanelDefinition>) => this.#change(event.detail)}></cn-saved-query-panel>`;
    const { analysis } = panel;
    return html`<p class="caption">
      ${msg(str`It asks the analysis ${analysis?.kind}, and is kept as it is. The command line changes it.`)}
    </p>`;
  }

  #asked(panel: PanelDefinition, query: PanelQuery) {
    const { kind, chart = '' } = panel;
    const choices = Object.entries(kinds) as [PanelDefinition['kind'], string][];
    return html`<div class="pair">
        ${this.#select('kind', msg('Shows'), kind, choices, (value) => this.#change(shaped(panel, value as PanelDefinition['kind'])))}
        ${
          kind === 'figures'
            ? nothing
            : this.#select(
                'chart',
                msg('Chart'),
                chart,
                [['', msg('None')], ...Object.entries(charts)],
                (value) => this.#chart(value),
              )
        }
      </div>
      ${this.#metrics(query)} ${kind === 'table' ? this.#dimensions(query) : nothing}
      ${kind === 'table' ? this.#order(query) : nothing}
      ${this.#text('condition', msg('Only sessions with (optional)'), query.condition ?? '', (condition) => this.#ask({ condition }))}
      ${this.#text('hits', msg('Only hits with (optional)'), query.hitCondition ?? '', (hitCondition) => this.#ask({ hitCondition }))}
      ${
        query.metrics.some((name) => 'needsGoal' in metrics[name])
          ? this.#select(
              'goal',
              msg('Goal'),
              query.goal ?? '',
              [['', msg('All goals')], ...this.goals.map((name): [string, string] => [name, name])],
              (goal) => this.#ask({ goal }),
            )
          : nothing
      }`;
  }

  #metrics(query: PanelQuery) {
    const toggle = (name: MetricName, on: boolean) => {
      const others = query.metrics.filter((one) => one !== name);
      this.#ask(withoutLostOrder({ ...query, metrics: on ? [...others, name] : others }));
    };
    return html`<fieldset>
      <legend>${msg('Metrics, in the order in which they are chosen')}</legend>
      <div class="metrics">
        ${metricNames.map(
          (name) => html`<label title=${metricMeaning(name, metrics[name].definition)}
            ><input
              type="checkbox"
              .checked=${query.metrics.includes(name)}
              @change=${(event: Event) => toggle(name, (event.target as HTMLInputElement).checked)}
            />${metricName(name, metrics[name].label)}</label
          >`,
        )}
      </div>
    </fieldset>`;
  }

  #dimensions(query: PanelQuery) {
    const chosen = query.dimensions ?? [];
    const choose = (place: number, value: string) => {
      const next = [...chosen];
      if (value === '') next.splice(place, 1);
      else next[place] = value as DimensionName;
      this.#ask(withoutLostOrder({ ...query, dimensions: [...new Set(next)] }));
    };
    const places = Math.min(chosen.length + 1, dimensionsMax);
    return html`<fieldset>
      <legend>${msg('By')}</legend>
      <div class="dimensions">
        ${Array.from(
          { length: places },
          (_, place) => html`<select
            class="field"
            aria-label=${msg(str`Dimension ${place + 1}`)}
            @change=${(event: Event) => choose(place, typed(event))}
          >
            <option value="" ?selected=${chosen[place] === undefined}>–</option>
            ${dimensionNames.map(
              (name) =>
                html`<option value=${name} ?selected=${chosen[place] === name}>
                  ${dimensionName(name, dimensions[name].label)}
                </option>`,
            )}
          </select>`,
        )}
      </div>
    </fieldset>`;
  }

  #order(query: PanelQuery) {
    const named: [string, string][] = [
      ...query.metrics.map((name): [string, string] => [
        name,
        metricName(name, metrics[name].label),
      ]),
      ...(query.dimensions ?? []).map((name): [string, string] => [
        name,
        dimensionName(name, dimensions[name].label),
      ]),
    ];
    const { order } = query;
    const by = (value: string) => {
      const { order: _before, ...rest } = query;
      const direction = order?.direction ?? 'descending';
      this.#put(value === '' ? rest : { ...rest, order: { by: value as MetricName, direction } });
    };
    const directions: [string, string][] = [
      ['descending', msg('Largest first')],
      ['ascending', msg('Smallest first')],
    ];
    return html`<div class="pair">
      ${this.#select('order', msg('Order'), order?.by ?? '', [['', msg('First metric')], ...named], by)}
      ${
        order === undefined
          ? nothing
          : this.#select('direction', msg('Direction'), order.direction, directions, (direction) =>
              this.#ask({ order: { ...order, direction: direction as typeof order.direction } }),
            )
      }
      <div class="form-field">
        <label for="limit">${msg('Rows at the most')}</label>
        <input
          id="limit"
          class="field"
          type="number"
          min="1"
          max=${rowsMax}
          .value=${String(query.limit ?? '')}
          @change=${(event: Event) => this.#ask({ limit: Number(typed(event)) })}
        />
      </div>
    </div>`;
  }

  #text(id: string, label: string, value: string, set: (value: string) => void) {
    return html`<div class="form-field">
      <label for=${id}>${label}</label>
      <input
        id=${id}
        class="field ${id === 'title' ? '' : 'mono'}"
        autocomplete="off"
        spellcheck="false"
        maxlength="10000"
        .value=${value}
        @input=${(event: Event) => set(typed(event))}
      />
    </div>`;
  }

  #select(
    id: string,
    label: string,
    value: string,
    choices: readonly [string, string][],
    set: (value: string) => void,
  ) {
    return html`<div class="form-field">
      <label for=${id}>${label}</label>
      <select id=${id} class="field" @change=${(event: Event) => set(typed(event))}>
        ${choices.map(
          ([key, words]) => html`<option value=${key} ?selected=${key === value}>${words}</option>`,
        )}
      </select>
    </div>`;
  }

  #chart(value: string) {
    if (this.panel === undefined) return;
    const { chart: _before, ...rest } = this.panel;
    this.#change(value === '' ? rest : { ...rest, chart: value as keyof typeof charts });
  }

  #set(part: Partial<PanelDefinition>) {
    if (this.panel) this.#change({ ...this.panel, ...part });
  }

  #ask(part: Partial<PanelQuery>) {
    if (this.panel?.query) this.#put({ ...this.panel.query, ...part });
  }

  #put(query: PanelQuery) {
    if (this.panel) this.#change({ ...this.panel, query });
  }

  #change(detail: PanelDefinition) {
    this.dispatchEvent(new CustomEvent<PanelDefinition>('cn-panel', { detail }));
  }
}

const typed = (event: Event) => (event.target as HTMLInputElement | HTMLSelectElement).value;

/** An order by what is no longer asked would be refused. */
function withoutLostOrder(query: PanelQuery): PanelQuery {
  const { order, ...rest } = query;
  const asked: string[] = [...query.metrics, ...(query.dimensions ?? [])];
  return order === undefined || asked.includes(order.by) ? query : { ...rest, order: undefined };
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-panel-form': PanelForm;
  }
}
