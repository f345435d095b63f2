/** Entries of the forms that define something: the words and their field in one label, what is wrong below. */
import { html, nothing } from 'lit';

export interface Entry {
  label: string;
  value: string;
  /** Hears what was typed or chosen. */
  change: (value: string) => void;
}

export interface LineEntry extends Entry {
  /** By it a form puts the focus on what is wrong. */
  id: string;
  lengthMax: number;
  isFixed?: boolean;
  problem?: string | undefined;
}

const typedIn = (event: Event) => (event.target as HTMLInputElement).value;

/** One line of text. */
export function lineEntry({ id, label, value, lengthMax, isFixed, problem, change }: LineEntry) {
  return html`<label class="entry wide"
    ><span>${label}</span
    ><input
      id=${id}
      class="field"
      autocomplete="off"
      maxlength=${lengthMax}
      ?readonly=${isFixed === true}
      aria-invalid=${String(problem !== undefined)}
      .value=${value}
      @input=${(event: Event) => change(typedIn(event))}
    />${problemNote(problem)}</label
  >`;
}

/** One of several, each with its words. */
export function selectEntry({
  label,
  value,
  texts,
  change,
}: Entry & { texts: Readonly<Record<string, string>> }) {
  return html`<label class="entry"
    ><span>${label}</span
    ><select class="field" @change=${(event: Event) => change(typedIn(event))}>
      ${options(texts, value)}
    </select></label
  >`;
}

/** The options of a select, with the one that is chosen. */
export function options(texts: Readonly<Record<string, string>>, chosen: string) {
  return Object.entries(texts).map(
    ([value, text]) => html`<option value=${value} ?selected=${value === chosen}>${text}</option>`,
  );
}

export function checkEntry(
  label: string,
  isChecked: boolean,
  change: (isChecked: boolean) => void,
) {
  return html`<label class="check"
    ><input
      type="checkbox"
      .checked=${isChecked}
      @change=${(event: Event) => change((event.target as HTMLInputElement).checked)}
    />${label}</label
  >`;
}

export const problemNote = (problem: string | undefined) =>
  problem === undefined ? nothing : html`<p class="caption problem" role="alert">${problem}</p>`;
