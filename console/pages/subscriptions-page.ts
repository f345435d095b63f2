/** Subscriptions: the digests that are mailed on a schedule, how each stands, and the form to make one. */

import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { SubscriptionStatus } from '../../core/contract/subscription.ts';
import { listSubscriptions } from '../api/subscriptions.ts';
import { scheduleText } from '../components/subscription-words.ts';
import '../components/empty-state.ts';
import '../components/error-note.ts';
import '../components/subscription-detail.ts';
import '../components/subscription-form.ts';
import { formatInstant } from '../components/time-format.ts';
import { type DatasetsValue, datasetsContext } from '../context/datasets.ts';
import { RefreshController } from '../controllers/refresh-controller.ts';
import { controlStyles } from '../styles/controls.ts';
import { openedRowStyles } from '../styles/opened-row.ts';
import { pageStyles } from '../styles/page.ts';
import { tableStyles } from '../styles/tables.ts';
import { textStyles } from '../styles/text.ts';

const askEveryMs = 5_000;

@customElement('cn-subscriptions-page')
export class SubscriptionsPage extends LitElement {
  static override styles = [textStyles, controlStyles, tableStyles, pageStyles, openedRowStyles];

  @consume({ context: datasetsContext, subscribe: true })
  @state()
  private datasets: DatasetsValue | undefined;
  /** The name of the one that is open. */
  @state() private opened: string | undefined;
  /** The name of the one that is changed; empty for a new one. */
  @state() private edited: string | undefined;

  readonly #subscriptions = new RefreshController<SubscriptionStatus[]>(this, {
    everyMs: askEveryMs,
    subject: () => '',
    fetch: (signal) => listSubscriptions(signal),
  });

  override render() {
    const { value, error } = this.#subscriptions;
    return html`<header class="page-head">
        <h1>${msg('Subscriptions')}</h1>
        ${
          this.edited === undefined
            ? html`<button class="button first" type="button" @click=${() => {
                this.edited = '';
              }}>${msg('New subscription')}</button>`
            : nothing
        }
      </header>
      ${error ? html`<cn-error-note .error=${error} @cn-retry=${() => this.#subscriptions.ask()}></cn-error-note>` : nothing}
      ${this.edited === undefined ? this.#list(value) : this.#form(value)}`;
  }

  #form(all: readonly SubscriptionStatus[] | undefined) {
    const status = all?.find(({ subscription }) => subscription.name === this.edited);
    return html`<section>
      <h2 class="only-read">${this.edited === '' ? msg('New subscription') : this.edited}</h2>
      <cn-subscription-form
        .datasets=${this.datasets?.list ?? []}
        .subscription=${status?.subscription}
        @cn-saved=${(event: CustomEvent<string>) => this.#saved(event.detail)}
        @cn-cancel=${() => {
          this.edited = undefined;
        }}
      ></cn-subscription-form>
    </section>`;
  }

  #saved(name: string) {
    this.edited = undefined;
    this.opened = name;
    void this.#subscriptions.ask();
  }

  #list(all: readonly SubscriptionStatus[] | undefined) {
    if (all === undefined)
      return this.#subscriptions.error
        ? nothing
        : html`<p class="caption" role="status">${msg('Loading …')}</p>`;
    if (all.length === 0)
      return html`<cn-empty-state
        heading=${msg('Nobody gets mails yet')}
        text=${msg('A subscription mails reports on a schedule: the first rows with their change, charts, what changed, and the alerts of the period.')}
      ></cn-empty-state>`;
    const open = all.find(({ subscription }) => subscription.name === this.opened);
    return html`<section>
        <div class="scroll" role="region" aria-label=${msg('Subscriptions')} tabindex="0"><table>
          <thead><tr><th scope="col">${msg('Name')}</th><th scope="col">${msg('When')}</th><th scope="col">${msg('Next')}</th><th scope="col">${msg('Last')}</th><th scope="col" class="number">${msg('Recipients')}</th></tr></thead>
          <tbody>${all.map((one) => this.#row(one))}</tbody>
        </table></div>
      </section>
      ${
        open
          ? html`<section><cn-subscription-detail .status=${open}
              @cn-edit=${() => {
                this.edited = open.subscription.name;
              }}
              @cn-changed=${() => this.#subscriptions.ask()}
            ></cn-subscription-detail></section>`
          : nothing
      }`;
  }

  #row({ subscription, state: stands }: SubscriptionStatus) {
    const { name, schedule, timeZone, paused, recipients } = subscription;
    const shown = (at: number | undefined) => (at === undefined ? '' : formatInstant(at, timeZone));
    const isNew = stands.lastOutcome !== 'unchanged';
    return html`<tr aria-current=${String(name === this.opened)}>
      <td><button class="name" type="button" @click=${() => {
        this.opened = name;
      }}>${name}</button></td>
      <td>${scheduleText(schedule, timeZone)}</td>
      <td class="when">${paused ? msg('paused') : shown(stands.nextDueAt)}${stands.heldReason ? html`<div class="caption">${msg(str`Held: ${stands.heldReason}`)}</div>` : nothing}</td>
      <td class="when">${shown(stands.lastDueAt)}${isNew ? nothing : html`<div class="caption">${msg('nothing new: not sent')}</div>`}</td>
      <td class="number">${msg(str`${recipients.length - stands.unsubscribed.length} of ${recipients.length}`)}</td>
    </tr>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-subscriptions-page': SubscriptionsPage;
  }
}
