/** Deletes a dataset with all that is kept of it, once its short name was typed. Fires `cn-deleted`. */
import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { type ApiError, asApiError } from '../api/client.ts';
import { deleteDataset } from '../api/datasets.ts';
import { controlStyles } from '../styles/controls.ts';
import { formStyles } from '../styles/form.ts';
import { textStyles } from '../styles/text.ts';
import './error-note.ts';
import { textField } from './form-field.ts';

@customElement('cn-dataset-end')
export class DatasetEnd extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    formStyles,
    css`
      form {
        max-width: 24rem;
        margin-top: var(--space-3);
      }
      .form-actions {
        margin-top: 0;
      }
    `,
  ];

  @property() slug = '';
  @state() private typed = '';
  @state() private error: ApiError | undefined;
  @state() private isDeleting = false;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('slug')) return;
    this.typed = '';
    this.error = undefined;
  }

  override render() {
    const { slug, typed, isDeleting } = this;
    const error = this.error;
    return html`<form novalidate @submit=${this.#submit}>
      ${textField({
        id: 'typed',
        label: msg('Short name'),
        hint: msg(str`To make sure, type the short name of this dataset: ${slug}`),
        value: typed,
        change: (value) => {
          this.typed = value;
        },
      })}
      <div class="form-actions">
        <button class="button" type="submit" ?disabled=${isDeleting || typed.trim() !== slug}>
          ${isDeleting ? msg('Deleting …') : msg('Delete the dataset')}
        </button>
      </div>
      ${error ? html`<cn-error-note .error=${error} @cn-retry=${this.#delete}></cn-error-note>` : nothing}
    </form>`;
  }

  #submit(event: Event): void {
    event.preventDefault();
    if (this.typed.trim() === this.slug) void this.#delete();
  }

  readonly #delete = async (): Promise<void> => {
    const { slug } = this;
    if (this.isDeleting) return;
    this.isDeleting = true;
    this.error = undefined;
    try {
      await deleteDataset(slug);
      this.dispatchEvent(new CustomEvent('cn-deleted'));
    } catch (error) {
      if (this.slug === slug) this.error = asApiError(error);
    } finally {
      this.isDeleting = false;
    }
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-dataset-end': DatasetEnd;
  }
}
