/** The write key of a dataset, and another one in its place. Fires `cn-changed` when there is another one. */
import { consume } from '@lit/context';
import { msg } from '@lit/localize';
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Me } from '../../core/contract/access.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import { renewWriteKey } from '../api/datasets.ts';
import { mayI, meContext } from '../context/me.ts';
import { oneAtATime } from '../controllers/one-at-a-time.ts';
import { textStyles } from '../styles/text.ts';
import './code-block.ts';
import './confirm-button.ts';
import './error-note.ts';

@customElement('cn-write-key')
export class WriteKey extends LitElement {
  static override styles = [
    textStyles,
    css`
      p {
        max-width: 44rem;
        margin: var(--space-3) 0 var(--space-2);
      }
    `,
  ];

  @property() slug = '';
  @property({ attribute: 'write-key' }) writeKey = '';
  @consume({ context: meContext, subscribe: true })
  @state()
  private me: Me | undefined;
  @state() private error: ApiError | undefined;
  @state() private isNew = false;
  readonly #once = oneAtATime(this);

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('slug')) {
      this.isNew = false;
      this.error = undefined;
    } else if (changed.has('writeKey')) this.isNew = true;
  }

  override render() {
    const error = this.error;
    const key = html`<cn-code-block text=${this.writeKey} copies=${msg('the write key')}></cn-code-block>`;
    if (!mayI(this.me, 'administer', this.slug)) return key;
    return html`${key}
      <p class="quiet">
        ${msg('Somebody sends hits that are not yours? With a new key the old one is refused at once: every page needs the new line then.')}
      </p>
      <cn-confirm-button
        label=${msg('Make a new write key')}
        @cn-confirm=${() => void this.#once(this.#renew)}
      ></cn-confirm-button>
      ${error ? html`<cn-error-note .error=${error} @cn-retry=${() => void this.#once(this.#renew)}></cn-error-note>` : nothing}
      <p class="caption" role="status">
        ${this.isNew ? msg('The new write key is in force. Put the new line into your pages.') : ''}
      </p>`;
  }

  readonly #renew = async (): Promise<void> => {
    const slug = this.slug;
    this.error = undefined;
    try {
      await renewWriteKey(slug);
      this.dispatchEvent(new CustomEvent('cn-changed'));
    } catch (error) {
      if (this.slug === slug) this.error = asApiError(error);
    }
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-write-key': WriteKey;
  }
}
