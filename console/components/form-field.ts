/** A field of a form with its label above and its hint below; the hint is read with the field. */
import { html, nothing } from 'lit';

export interface FormField {
  id: string;
  label: string;
  hint?: string;
  value: string;
  /** Hears what was typed or chosen. */
  change: (value: string) => void;
}

export interface TextField extends FormField {
  isFixed?: boolean;
  /** The id of a `datalist` with what is usual. */
  list?: string;
  type?: 'text' | 'password' | 'number';
}

const typedIn = (event: Event) => (event.target as HTMLInputElement).value;
const described = ({ id, hint }: FormField) => (hint === undefined ? nothing : `${id}-hint`);
const hintOf = ({ id, hint }: FormField) =>
  hint === undefined ? nothing : html`<p id="${id}-hint" class="caption">${hint}</p>`;

/** One line of text. Passwords are not filled in by the browser: they are of another server. */
export function textField(field: TextField) {
  const { id, label, type = 'text' } = field;
  return html`<div class="form-field">
    <label for=${id}>${label}</label>
    <input id=${id} class="field" type=${type} spellcheck="false" ?readonly=${field.isFixed === true}
      autocomplete=${type === 'password' ? 'new-password' : 'off'} list=${field.list ?? nothing}
      aria-describedby=${described(field)} .value=${field.value}
      @input=${(event: Event) => field.change(typedIn(event))} />
    ${hintOf(field)}
  </div>`;
}

/** Several lines of text. */
export function textArea(field: FormField & { rows?: number }) {
  const { id, label, rows = 2 } = field;
  return html`<div class="form-field">
    <label for=${id}>${label}</label>
    <textarea id=${id} class="field" rows=${rows} spellcheck="false" autocapitalize="off"
      aria-describedby=${described(field)} .value=${field.value}
      @input=${(event: Event) => field.change(typedIn(event))}></textarea>
    ${hintOf(field)}
  </div>`;
}

/** One of several, each with its words. */
export function selectField(
  field: FormField & { options: readonly (readonly [string, string])[] },
) {
  const { id, label, options, value } = field;
  return html`<div class="form-field">
    <label for=${id}>${label}</label>
    <select id=${id} class="field" aria-describedby=${described(field)}
      @change=${(event: Event) => field.change(typedIn(event))}>
      ${options.map(([one, words]) => html`<option value=${one} ?selected=${one === value}>${words}</option>`)}
    </select>
    ${hintOf(field)}
  </div>`;
}
