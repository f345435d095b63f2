/** The parameters of SQL (`$name`) with their types and values. Fires `cn-parameters` with all of them. */
import { msg } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { ParameterType } from '../../core/contract/saved-query.ts';
import { parametersIn } from '../../core/contract/sql-parameters.ts';
import { controlStyles } from '../styles/controls.ts';
import { textStyles } from '../styles/text.ts';

/** As it is typed; an empty text is no value. */
export interface TypedParameter {
  name: string;
  type: ParameterType;
  text: string;
  meaning?: string | undefined;
}

const types: readonly ParameterType[] = ['text', 'integer', 'number', 'boolean', 'date', 'instant'];

/**
 * The parameters that SQL names, each as it was before where it was. Texts, quoted names and comments name none.
 * @param before those that were there, and those of the saved query
 */
export function parametersOf(sql: string, before: readonly TypedParameter[]): TypedParameter[] {
  return parametersIn(sql).map(
    (name) => before.find((one) => one.name === name) ?? { name, type: 'text', text: '' },
  );
}

@customElement('cn-query-parameters')
export class QueryParameters extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    css`
      .rows {
        display: grid;
        grid-template-columns: max-content max-content minmax(8rem, 20rem);
        align-items: center;
        gap: var(--space-2) var(--space-3);
        margin-top: var(--space-2);
      }
      .name {
        font-family: var(--font-mono);
        font-size: var(--text-dense);
      }
      .meaning {
        grid-column: 1 / -1;
        margin: calc(-1 * var(--space-1)) 0 var(--space-1);
      }
    `,
  ];

  @property({ attribute: false }) parameters: readonly TypedParameter[] = [];

  override render() {
    if (this.parameters.length === 0) return nothing;
    return html`<div class="rows" role="group" aria-label=${msg('Parameters')}>
      ${this.parameters.map((one) => this.#row(one))}
    </div>`;
  }

  #row({ name, type, text, meaning }: TypedParameter) {
    return html`<span class="name" id="of-${name}">$${name}</span>
      <select
        class="field"
        aria-label=${msg('Type')}
        aria-describedby="of-${name}"
        @change=${(event: Event) => this.#set(name, { type: typedValue(event) as ParameterType })}
      >
        ${types.map((one) => html`<option value=${one} ?selected=${one === type}>${one}</option>`)}
      </select>
      <input
        class="field"
        type=${type === 'date' ? 'date' : 'text'}
        aria-label=${msg('Value')}
        aria-describedby="of-${name}"
        autocomplete="off"
        .value=${text}
        @input=${(event: Event) => this.#set(name, { text: typedValue(event) })}
      />
      ${meaning ? html`<p class="caption meaning">${meaning}</p>` : nothing}`;
  }

  #set(name: string, change: Partial<TypedParameter>) {
    const detail = this.parameters.map((one) => (one.name === name ? { ...one, ...change } : one));
    this.dispatchEvent(new CustomEvent<TypedParameter[]>('cn-parameters', { detail }));
  }
}

const typedValue = (event: Event) => (event.target as HTMLInputElement | HTMLSelectElement).value;

declare global {
  interface HTMLElementTagNameMap {
    'cn-query-parameters': QueryParameters;
  }
}
