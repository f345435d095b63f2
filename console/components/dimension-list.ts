/** By what an event is broken down: names with their sources. Lists and groups that a dimension has are kept. Fires `cn-dimensions`. */
import { msg, str } from '@lit/localize';
import { html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { EventDimension, ValueSource } from '../../core/contract/event.ts';
import type { Completion } from '../../core/contract/event-life.ts';
import { controlStyles } from '../styles/controls.ts';
import { fieldsetStyles } from '../styles/fieldset.ts';
import { textStyles } from '../styles/text.ts';
import './value-source.ts';

const dimensionsMax = 8;
const valuesPerHourMax = 1_000;

@customElement('cn-dimension-list')
export class DimensionList extends LitElement {
  static override styles = [textStyles, controlStyles, fieldsetStyles];

  @property({ attribute: false }) dimensions: readonly EventDimension[] = [];
  @property({ attribute: false }) names: Completion | undefined;

  override render() {
    return html`${this.dimensions.map(
      (
        dimension,
        index,
      ) => html`<div class="line" role="group" aria-label=${msg(str`Dimension ${index + 1}`)}>
          <label class="entry"
            ><span>${msg('Dimension')}</span
            ><input
              class="field"
              maxlength="64"
              autocomplete="off"
              spellcheck="false"
              .value=${dimension.name}
              @input=${(event: Event) => this.#set(index, { name: (event.target as HTMLInputElement).value })}
          /></label>
          <cn-value-source
            .source=${dimension.from}
            .names=${this.names}
            @cn-source=${(event: CustomEvent<ValueSource>) => this.#set(index, { from: event.detail })}
          ></cn-value-source>
          <button class="button plain" type="button" @click=${() => this.#fire(this.dimensions.filter((_, at) => at !== index))}>
            ${msg(html`Remove<span class="only-read"> dimension ${index + 1}</span>`)}
          </button>
        </div>`,
    )}
      <button class="button" type="button" ?disabled=${this.dimensions.length >= dimensionsMax} @click=${this.#add}>
        ${msg('Add a dimension')}
      </button>`;
  }

  readonly #add = () => {
    const from: ValueSource = { kind: 'field', field: 'request.path' };
    this.#fire([...this.dimensions, { name: 'path', from, valuesPerHourMax }]);
  };

  #set(index: number, part: Partial<EventDimension>) {
    this.#fire(this.dimensions.map((one, at) => (at === index ? { ...one, ...part } : one)));
  }

  #fire(detail: readonly EventDimension[]) {
    this.dispatchEvent(new CustomEvent('cn-dimensions', { detail }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-dimension-list': DimensionList;
  }
}
