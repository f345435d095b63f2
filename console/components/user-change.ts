/** Changes the name and the mail address of a user. Fires `cn-saved` and `cn-cancel`. */
import { msg } from '@lit/localize';
import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { User, UserInput } from '../../core/contract/access.ts';
import { changeUser, listUsers } from '../api/access.ts';
import { KeptDraft } from '../controllers/kept-draft.ts';
import { controlStyles } from '../styles/controls.ts';
import { formStyles } from '../styles/form.ts';
import { textStyles } from '../styles/text.ts';
import { draftFoot } from './draft-foot.ts';
import { textField } from './form-field.ts';

const whoOf = ({ name, email }: UserInput): UserInput => ({ name, email });
const inputOf = ({ name, email }: UserInput): UserInput => ({
  name: name.trim(),
  email: email.trim(),
});

@customElement('cn-user-change')
export class UserChange extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    formStyles,
    css`
      form {
        min-width: 14rem;
      }
      .form-field {
        margin-bottom: var(--space-2);
      }
      .form-actions {
        margin-top: var(--space-3);
      }
    `,
  ];

  /** Looked at once: a list that is read again changes no form. */
  @property({ attribute: false }) kept: User | undefined;

  readonly #draft = new KeptDraft<UserInput, UserInput>(this, {
    kept: () => this.kept && whoOf(this.kept),
    fresh: () => ({ name: '', email: '' }),
    typedOf: whoOf,
    mine: inputOf,
    save: async (typed, known) => (await changeUser(this.#id, inputOf(typed), known)).name,
    reread: async () => {
      const found = (await listUsers()).find(({ id }) => id === this.#id);
      return found && whoOf(found);
    },
  });

  get #id(): string {
    return this.kept?.id ?? '';
  }

  override render() {
    const { typed, save } = this.#draft;
    return html`<form novalidate @submit=${save}>
      ${textField({
        id: 'name',
        label: msg('Name'),
        value: typed.name,
        change: (name) => this.#draft.set({ name }),
      })}
      ${textField({
        id: 'email',
        label: msg('Mail address'),
        hint: msg('From now on one signs in by it.'),
        value: typed.email,
        change: (email) => this.#draft.set({ email }),
      })}
      ${draftFoot(this.#draft)}
    </form>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-user-change': UserChange;
  }
}
