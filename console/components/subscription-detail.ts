/** One subscription: what can be done with it, its mail to look at, and what became of its digests. Fires `cn-changed` and `cn-edit`. */
import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { DigestDelivery, SubscriptionStatus } from '../../core/contract/subscription.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import {
  changeSubscription,
  deleteSubscription,
  listDeliveries,
  previewUrl,
  resendDelivery,
  runSubscription,
  testSubscription,
} from '../api/subscriptions.ts';
import { oneAtATime } from '../controllers/one-at-a-time.ts';
import { RefreshController } from '../controllers/refresh-controller.ts';
import { controlStyles } from '../styles/controls.ts';
import { tableStyles } from '../styles/tables.ts';
import { textStyles } from '../styles/text.ts';
import './confirm-button.ts';
import './error-note.ts';
import { counted } from './number-format.ts';
import { formatInstant } from './time-format.ts';

const askEveryMs = 3_000;
const stateWords = {
  waiting: msg('waiting'),
  sent: msg('sent'),
  given_up: msg('given up'),
} as const;
const reasonWords = { due: '', test: msg('test'), resend: msg('one more copy') } as const;

@customElement('cn-subscription-detail')
export class SubscriptionDetail extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    tableStyles,
    css`
      .actions,
      form {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-2);
        margin-top: var(--space-3);
      }
      form label {
        font-size: var(--text-dense);
      }
      form .field {
        width: min(18rem, 100%);
      }
      iframe {
        display: block;
        width: 100%;
        height: 40rem;
        margin-top: var(--space-4);
        border: 1px solid var(--line);
      }
      h3 {
        margin-top: var(--space-6);
      }
      .said {
        margin-top: var(--space-2);
      }
      td {
        min-width: 7rem;
        overflow-wrap: anywhere;
      }
      td.number {
        min-width: 0;
      }
    `,
  ];

  @property({ attribute: false }) status: SubscriptionStatus | undefined;
  @state() private error: ApiError | undefined;
  @state() private said = '';
  @state() private previews = false;
  @state() private asksToDelete = false;
  readonly #once = oneAtATime(this);

  readonly #deliveries = new RefreshController<DigestDelivery[]>(this, {
    everyMs: askEveryMs,
    subject: () => this.#name,
    fetch: async (signal) => (this.#name === '' ? [] : await listDeliveries(this.#name, signal)),
  });

  get #name(): string {
    return this.status?.subscription.name ?? '';
  }

  override render() {
    const { status } = this;
    if (status === undefined) return nothing;
    const { subscription, state: stands } = status;
    const next = subscription.paused ? 'resume' : 'pause';
    return html`<h2>${subscription.name}</h2>
      <p class="caption">${msg(str`To ${subscription.recipients.join(', ')}`)}${stands.unsubscribed.length > 0 ? msg(str`; unsubscribed: ${stands.unsubscribed.join(', ')}`) : nothing}</p>
      <div class="actions">
        <button class="button" type="button" aria-pressed=${String(this.previews)} @click=${() => {
          this.previews = !this.previews;
        }}>${this.previews ? msg('Hide the mail') : msg('Look at the mail')}</button>
        <a class="button" href=${previewUrl(subscription.name)} target="_blank" rel="noopener">${msg('Open it alone')}</a>
        <cn-confirm-button label=${msg('Send it now')} ?disabled=${subscription.paused} @cn-confirm=${this.#run}></cn-confirm-button>
        <button class="button" type="button" @click=${() =>
          this.#do(async () => {
            await changeSubscription(this.#name, next);
            return next === 'pause' ? msg('Paused.') : msg('It goes on.');
          })}>${next === 'pause' ? msg('Pause') : msg('Resume')}</button>
        <button class="button" type="button" @click=${() => this.dispatchEvent(new CustomEvent('cn-edit'))}>${msg('Change')}</button>
        ${
          this.asksToDelete
            ? html`<button class="button first" type="button" @click=${this.#delete}>${msg('Delete it for good')}</button>
              <button class="button plain" type="button" @click=${() => {
                this.asksToDelete = false;
              }}>${msg('Keep it')}</button>`
            : html`<button class="button plain" type="button" @click=${() => {
                this.asksToDelete = true;
              }}>${msg('Delete')}</button>`
        }
      </div>
      <form @submit=${this.#test}>
        <label for="to">${msg('Send a test to')}</label>
        <input id="to" class="field" type="email" required autocomplete="email" />
        <button class="button" type="submit">${msg('Send test')}</button>
      </form>
      <p class="caption said" role="status">${this.said}</p>
      ${this.error ? html`<cn-error-note .error=${this.error}></cn-error-note>` : nothing}
      ${this.previews ? html`<iframe sandbox="" title=${msg(str`The mail of ${subscription.name}`)} src=${previewUrl(subscription.name)}></iframe>` : nothing}
      ${this.#log()}`;
  }

  #log() {
    const { value, error } = this.#deliveries;
    if (error)
      return html`<cn-error-note .error=${error} @cn-retry=${() => this.#deliveries.ask()}></cn-error-note>`;
    if (value === undefined) return nothing;
    return html`<h3>${msg('Deliveries of the last 30 days')}</h3>
      ${
        value.length === 0
          ? html`<p class="caption">${msg('Nothing was sent yet.')}</p>`
          : html`<div class="scroll" role="region" aria-label=${msg('Deliveries')} tabindex="0"><table>
        <thead><tr><th scope="col">${msg('Since')}</th><th scope="col">${msg('To')}</th><th scope="col">${msg('Mail')}</th><th scope="col">${msg('State')}</th><th scope="col" class="number">${msg('Tries')}</th><th scope="col"><span class="only-read">${msg('Send again')}</span></th></tr></thead>
        <tbody>${value.map((one) => this.#delivery(one))}</tbody>
      </table></div>`
      }`;
  }

  #delivery({
    id,
    createdAt,
    recipient,
    title,
    state: became,
    tries,
    lastError,
    reason,
  }: DigestDelivery) {
    const zone = this.status?.subscription.timeZone ?? 'UTC';
    return html`<tr>
      <td class="when">${formatInstant(createdAt, zone)}</td>
      <td>${recipient}</td>
      <td>${title}${reasonWords[reason] === '' ? nothing : html` <span class="quiet">(${reasonWords[reason]})</span>`}</td>
      <td>${stateWords[became]}${became !== 'sent' && lastError ? html`<div class="caption">${lastError}</div>` : nothing}</td>
      <td class="number">${tries}</td>
      <td class="number">${
        became === 'waiting'
          ? nothing
          : html`<button class="button plain" type="button" aria-label=${msg(str`Send again to ${recipient}`)} @click=${() =>
              this.#do(async () => {
                await resendDelivery(id);
                return msg('It is sent again.');
              })}>${msg('Send again')}</button>`
      }</td>
    </tr>`;
  }

  /** Does something, says what was done, and lets the page ask anew. */
  #do(work: () => Promise<string>): Promise<void> {
    return this.#once(async () => {
      this.error = undefined;
      this.said = '';
      try {
        this.said = await work();
        this.dispatchEvent(new CustomEvent('cn-changed'));
        void this.#deliveries.ask();
      } catch (error) {
        this.error = asApiError(error);
      }
    });
  }

  #run() {
    void this.#do(async () =>
      counted(await runSubscription(this.#name), msg('Sent to # recipient.|Sent to # recipients.')),
    );
  }

  #delete() {
    this.asksToDelete = false;
    void this.#do(async () => {
      await deleteSubscription(this.#name);
      return msg('Deleted.');
    });
  }

  #test(event: SubmitEvent) {
    event.preventDefault();
    const to = this.renderRoot.querySelector<HTMLInputElement>('#to')?.value ?? '';
    void this.#do(async () => {
      await testSubscription(this.#name, to);
      return msg(str`A test is on its way to ${to}.`);
    });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-subscription-detail': SubscriptionDetail;
  }
}
