/** The URL rules of a dataset as fields. Fires `cn-url-rules` with the rules whenever one was changed. */
import { msg } from '@lit/localize';
import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { UrlRules } from '../../core/contract/hit-rules.ts';
import { controlStyles } from '../styles/controls.ts';
import { fieldsetStyles } from '../styles/fieldset.ts';
import { textStyles } from '../styles/text.ts';
import { checkEntry } from './form-entry.ts';

const listText = (names: readonly string[]) => names.join(', ');
const namesOf = (text: string) => text.split(',').flatMap((name) => name.trim() || []);
const pairsText = (pairs: Readonly<Record<string, string>>) =>
  Object.entries(pairs)
    .map(([from, to]) => `${from}=${to}`)
    .join(', ');

/** Pairs without a second part are not there yet. */
const pairsOf = (text: string) =>
  Object.fromEntries(
    namesOf(text).flatMap((pair) => {
      const [from = '', to = ''] = pair.split('=').map((part) => part.trim());
      return from === '' || to === '' ? [] : [[from, to]];
    }),
  );

@customElement('cn-url-rules-form')
export class UrlRulesForm extends LitElement {
  static override styles = [textStyles, controlStyles, fieldsetStyles];

  @property({ attribute: false }) rules: UrlRules | undefined;

  override render() {
    const { rules } = this;
    if (rules === undefined) return nothing;
    return html`<div class="line">
        ${this.#text(msg('Parameters to drop'), listText(rules.dropParameters), (text) => ({ dropParameters: namesOf(text) }), msg('sort, ref_*'))}
        ${this.#text(msg('Parameters to rename'), pairsText(rules.renameParameters), (text) => ({ renameParameters: pairsOf(text) }), 'color=colour')}
        ${this.#text(msg('Default pages'), listText(rules.defaultPages), (text) => ({ defaultPages: namesOf(text) }), 'index.html')}
      </div>
      <div class="line">
        <label class="check"
          ><input type="checkbox" .checked=${rules.keepParameters !== undefined} @change=${this.#keepOnly} />${msg('Drop all other parameters')}</label
        >
        ${
          rules.keepParameters === undefined
            ? nothing
            : this.#text(
                msg('Parameters to keep'),
                listText(rules.keepParameters),
                (text) => ({ keepParameters: namesOf(text) }),
                msg('id, page'),
              )
        }
      </div>
      <div class="line">
        ${this.#check('lowerCasePaths', msg('Paths in lower case'))}
        ${this.#check('lowerCaseParameters', msg('Names of parameters in lower case'))}
        ${this.#check('dropTrackingInLogs', msg('Drop tracking parameters of logs, too'))}
      </div>`;
  }

  #text(
    label: string,
    value: string,
    change: (text: string) => Partial<UrlRules>,
    example: string,
  ) {
    return html`<label class="entry wide"
      ><span>${label}</span
      ><input
        class="field"
        dir="ltr"
        .value=${value}
        placeholder=${example}
        @change=${(event: Event) => this.#set(change((event.target as HTMLInputElement).value))}
    /></label>`;
  }

  #check(name: 'lowerCasePaths' | 'lowerCaseParameters' | 'dropTrackingInLogs', label: string) {
    return checkEntry(label, this.rules?.[name] === true, (on) => this.#set({ [name]: on }));
  }

  #keepOnly(event: Event): void {
    const { keepParameters: _, ...rest } = this.rules as UrlRules;
    const isOn = (event.target as HTMLInputElement).checked;
    this.#tell(isOn ? { ...rest, keepParameters: [] } : rest);
  }

  #set(part: Partial<UrlRules>): void {
    this.#tell({ ...(this.rules as UrlRules), ...part });
  }

  #tell(rules: UrlRules): void {
    this.dispatchEvent(new CustomEvent('cn-url-rules', { detail: rules }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-url-rules-form': UrlRulesForm;
  }
}
