/** Rules in their order, each a few texts: added, changed, moved up and removed. Fires `cn-rows` with all of them. */
import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { controlStyles } from '../styles/controls.ts';
import { fieldsetStyles } from '../styles/fieldset.ts';
import { textStyles } from '../styles/text.ts';

export type RuleRow = Readonly<Record<string, string>>;

export interface RuleColumn {
  name: string;
  label: string;
  wide?: true;
  /** The only values that it takes. */
  choices?: readonly string[];
}

@customElement('cn-rule-rows')
export class RuleRows extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    fieldsetStyles,
    css`
      .row {
        padding: var(--space-2) 0;
        border-bottom: 1px solid var(--line);
      }
      .row .line {
        margin: 0;
      }
      .aside {
        margin-top: 1.75rem;
      }
    `,
  ];

  @property({ attribute: false }) columns: readonly RuleColumn[] = [];
  @property({ attribute: false }) rows: readonly RuleRow[] = [];
  /** What stands beside each row, in the order of the rows. */
  @property({ attribute: false }) asides: readonly string[] = [];
  @property() addLabel = '';

  override render() {
    return html`${this.rows.map((row, place) => this.#row(row, place))}
      <div class="actions">
        <button class="button" type="button" @click=${this.#add}>${this.addLabel}</button>
      </div>`;
  }

  #row(row: RuleRow, place: number) {
    const number = place + 1;
    return html`<div class="row" role="group" aria-label=${msg(str`Rule ${number}`)}>
      <div class="line">
        ${this.columns.map((column) => this.#field(column, row, place))}
        ${
          place === 0
            ? nothing
            : html`<button class="button plain" type="button" @click=${() => this.#moveUp(place)}>${msg('Up')}</button>`
        }
        <button class="button plain" type="button" @click=${() => this.#remove(place)}>${msg('Remove')}</button>
        ${this.asides[place] ? html`<span class="quiet aside">${this.asides[place]}</span>` : nothing}
      </div>
    </div>`;
  }

  #field({ name, label, wide, choices }: RuleColumn, row: RuleRow, place: number) {
    const change = (event: Event) =>
      this.#set(place, { [name]: (event.target as HTMLInputElement).value });
    return html`<label class="entry ${wide ? 'wide' : ''}"
      ><span>${label}</span>${
        choices === undefined
          ? html`<input class="field" .value=${row[name] ?? ''} @change=${change} />`
          : html`<select class="field" @change=${change}>
              ${choices.map((one) => html`<option value=${one} ?selected=${row[name] === one}>${one}</option>`)}
            </select>`
      }</label
    >`;
  }

  #add(): void {
    const empty = Object.fromEntries(
      this.columns.map(({ name, choices }) => [name, choices?.at(-1) ?? '']),
    );
    this.#tell([...this.rows, empty]);
  }

  #set(place: number, part: RuleRow): void {
    this.#tell(this.rows.map((row, other) => (other === place ? { ...row, ...part } : row)));
  }

  #remove(place: number): void {
    this.#tell(this.rows.filter((_, other) => other !== place));
  }

  #moveUp(place: number): void {
    const row = this.rows[place];
    const others = this.rows.filter((_, other) => other !== place);
    if (row) this.#tell([...others.slice(0, place - 1), row, ...others.slice(place - 1)]);
  }

  #tell(rows: readonly RuleRow[]): void {
    this.dispatchEvent(new CustomEvent('cn-rows', { detail: rows }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-rule-rows': RuleRows;
  }
}
