/** The choice of the console's language, each by its own name. Loads the console anew. */
import { msg } from '@lit/localize';
import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { controlStyles } from '../styles/controls.ts';
import { formStyles } from '../styles/form.ts';
import { textStyles } from '../styles/text.ts';
import { chooseLanguage, type Language, language, languageNames } from '../texts/language.ts';

const languages = Object.keys(languageNames) as Language[];

@customElement('cn-language-picker')
export class LanguagePicker extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    formStyles,
    css`
      :host {
        display: block;
        max-width: 20rem;
      }
    `,
  ];

  /** What the address needs after its `#` when the console is loaded anew. */
  @property() fragment = '';

  override render() {
    return html`<div class="form-field">
      <label for="language">${msg('Language')}</label>
      <select id="language" class="field" @change=${this.#choose}>
        ${languages.map(
          (one) =>
            html`<option value=${one} lang=${one} ?selected=${one === language()}>${languageNames[one]}</option>`,
        )}
      </select>
    </div>`;
  }

  #choose(event: Event) {
    const { value } = event.target as HTMLSelectElement;
    const choice = languages.find((one) => one === value);
    if (choice !== undefined) chooseLanguage(choice, this.fragment);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-language-picker': LanguagePicker;
  }
}
