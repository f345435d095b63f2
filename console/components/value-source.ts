/** Where a value comes from: a field, an attribute, or a fixed value. Fires `cn-source` with the source. */
import { msg } from '@lit/localize';
import { html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { ValueSource } from '../../core/contract/event.ts';
import type { Completion } from '../../core/contract/event-life.ts';
import { controlStyles } from '../styles/controls.ts';
import { fieldsetStyles } from '../styles/fieldset.ts';
import { textStyles } from '../styles/text.ts';
import { sourceTexts } from './event-words.ts';
import { options } from './form-entry.ts';

@customElement('cn-value-source')
export class ValueSourceField extends LitElement {
  static override styles = [textStyles, controlStyles, fieldsetStyles];

  @property({ attribute: false }) source: ValueSource = { kind: 'field', field: '' };
  @property({ attribute: false }) names: Completion | undefined;

  override render() {
    return html`<div class="line">
      <label class="entry"
        ><span>${msg('Taken from')}</span
        ><select class="field" @change=${(event: Event) => this.#choose(typedIn(event) as ValueSource['kind'])}>
          ${options(sourceTexts, this.source.kind)}
        </select></label
      >
      <label class="entry wide"
        ><span>${this.source.kind === 'fixed' ? msg('Value') : msg('Name')}</span
        ><input
          class="field"
          list="known"
          maxlength="255"
          autocomplete="off"
          spellcheck="false"
          .value=${textOf(this.source)}
          @input=${(event: Event) => this.#fire(withText(this.source, typedIn(event)))} /><datalist id="known">
          ${this.#known().map((name) => html`<option value=${name}></option>`)}
        </datalist></label
      >
    </div>`;
  }

  #known(): string[] {
    const { kind } = this.source;
    const { fields = [], hitAttributes = [] } = this.names ?? {};
    if (kind === 'field') return fields.map(({ name }) => name);
    const home = kind === 'hit_attribute' ? 'hit' : 'step';
    return kind === 'fixed'
      ? []
      : hitAttributes.filter((one) => one.home === home).map(({ name }) => name);
  }

  #choose(kind: ValueSource['kind']) {
    if (kind === 'field') return this.#fire({ kind, field: '' });
    this.#fire(kind === 'fixed' ? { kind, value: '' } : { kind, name: '' });
  }

  #fire(detail: ValueSource) {
    this.dispatchEvent(new CustomEvent('cn-source', { detail }));
  }
}

function textOf(source: ValueSource): string {
  if (source.kind === 'field') return source.field;
  return source.kind === 'fixed' ? String(source.value) : source.name;
}

function withText(source: ValueSource, text: string): ValueSource {
  if (source.kind === 'field') return { ...source, field: text };
  return source.kind === 'fixed' ? { ...source, value: text } : { ...source, name: text };
}

const typedIn = (event: Event) => (event.target as HTMLInputElement).value;

declare global {
  interface HTMLElementTagNameMap {
    'cn-value-source': ValueSourceField;
  }
}
