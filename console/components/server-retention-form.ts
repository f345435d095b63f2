/** How long the server keeps its audit trail, and what became of messages. */
import { msg } from '@lit/localize';
import { html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { ServerRetention } from '../../core/contract/server-retention.ts';
import { type ApiError, asApiError, request } from '../api/client.ts';
import { controlStyles } from '../styles/controls.ts';
import { fieldsetStyles } from '../styles/fieldset.ts';
import { textStyles } from '../styles/text.ts';
import './confirm-button.ts';
import './error-note.ts';

@customElement('cn-server-retention-form')
export class ServerRetentionForm extends LitElement {
  static override styles = [textStyles, controlStyles, fieldsetStyles];

  @state() private rules: ServerRetention | undefined;
  @state() private error: ApiError | undefined;
  @state() private saved = false;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#ask();
  }

  override render() {
    return html`<form novalidate @submit=${(event: Event) => event.preventDefault()}>
      ${this.rules ? this.#fields(this.rules) : nothing}
      ${this.error ? html`<cn-error-note .error=${this.error}></cn-error-note>` : nothing}
      <p class="caption" role="status">${this.saved ? msg('These rules are in force.') : ''}</p>
    </form>`;
  }

  #fields({ keepAuditDays, keepDeliveriesDays }: ServerRetention) {
    return html`<p class="caption">
        ${msg('Left empty, the audit trail is kept for good, and what became of messages for 30 days. What is older goes at once.')}
      </p>
      <div class="line">
        <label class="entry"
          ><span>${msg('Days of the audit trail')}</span
          ><input class="field" name="audit" type="number" min="30" .value=${String(keepAuditDays ?? '')}
        /></label>
        <label class="entry"
          ><span>${msg('Days of deliveries')}</span
          ><input class="field" name="deliveries" type="number" min="5" .value=${String(keepDeliveriesDays)}
        /></label>
      </div>
      <div class="actions">
        <cn-confirm-button label=${msg('Set it, and remove that')} @cn-confirm=${this.#save}></cn-confirm-button>
      </div>`;
  }

  readonly #save = () => {
    const typedValue = (name: string) => {
      const text = this.renderRoot.querySelector<HTMLInputElement>(`[name=${name}]`)?.value ?? '';
      return text === '' ? null : Number(text);
    };
    void this.#ask({
      keepAuditDays: typedValue('audit'),
      keepDeliveriesDays: typedValue('deliveries'),
    });
  };

  async #ask(body?: object): Promise<void> {
    this.error = undefined;
    this.saved = false;
    const method = body === undefined ? 'GET' : 'PUT';
    try {
      this.rules = await request<ServerRetention>('/api/retention', { method, body });
      this.saved = body !== undefined;
    } catch (error) {
      this.error = asApiError(error);
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-server-retention-form': ServerRetentionForm;
  }
}
