/** The channels that notices go to: made, tried, deleted. They belong to the whole server. Fires `cn-changed`. */
import { msg } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { AlertChannel, AlertChannelInput, Delivery } from '../../core/contract/alert.ts';
import { deleteChannel, listDeliveries, saveChannel, testChannel } from '../api/alerts.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import { oneAtATime } from '../controllers/one-at-a-time.ts';
import { typedFields, UnsavedInput } from '../controllers/unsaved-input.ts';
import { emptyOnceTaken } from '../pages/form-values.ts';
import { controlStyles } from '../styles/controls.ts';
import { fieldsetStyles } from '../styles/fieldset.ts';
import { tableStyles } from '../styles/tables.ts';
import { textStyles } from '../styles/text.ts';
import { options } from './form-entry.ts';
import './code-block.ts';
import './confirm-button.ts';
import './error-note.ts';

const kindTexts = {
  mail: msg('Mail'),
  webhook: msg('Webhook'),
  slack: msg('Webhook for Slack and its like'),
};
type Kind = keyof typeof kindTexts;

const stateTexts: Record<Delivery['state'], string> = {
  waiting: msg('The test waits to be sent.'),
  sent: msg('The test was sent.'),
  given_up: msg('The test was given up.'),
};
const deliveriesAsked = 200;
const askAgainMs = 500;
const askTimesMax = 20;

@customElement('cn-channel-list')
export class ChannelList extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    tableStyles,
    fieldsetStyles,
    css`
      td {
        vertical-align: middle;
        overflow-wrap: anywhere;
      }
      td.acts {
        width: 1%;
        white-space: nowrap;
      }
      summary {
        width: fit-content;
        margin: var(--space-3) 0;
        color: var(--accent);
        font-size: var(--text-dense);
        cursor: pointer;
      }
    `,
  ];

  @property({ attribute: false }) channels: readonly AlertChannel[] = [];
  @state() private kind: Kind = 'mail';
  @state() private error: ApiError | undefined;
  @state() private secret: string | undefined;
  /** What became of the last test, by channel. */
  @state() private tested: Readonly<Record<string, string>> = {};
  readonly #once = oneAtATime(this);

  constructor() {
    super();
    new UnsavedInput(this, { typed: () => typedFields(this.renderRoot), saved: () => undefined });
  }

  override render() {
    return html`${
      this.channels.length === 0
        ? html`<p class="caption">${msg('A channel is where notices go: mail addresses, or a webhook. Make one, then choose it in an alert.')}</p>`
        : this.#table()
    }
      <details ?open=${this.channels.length === 0}>
        <summary>${msg('New channel')}</summary>
        ${this.#form()}
      </details>
      ${
        this.secret === undefined
          ? nothing
          : html`<div class="outcome" role="status">
              <p>${msg('What it sends is signed with this secret. It is shown only now:')}</p>
              <cn-code-block text=${this.secret} copies=${msg('the secret')}></cn-code-block>
            </div>`
      }
      ${this.error ? html`<cn-error-note .error=${this.error}></cn-error-note>` : nothing}`;
  }

  #table() {
    return html`<table>
      <caption class="only-read">${msg('Channels')}</caption>
      <thead>
        <tr><th scope="col">${msg('Name')}</th><th scope="col">${msg('Goes to')}</th><th scope="col"><span class="only-read">${msg('Actions')}</span></th></tr>
      </thead>
      <tbody>
        ${repeat(
          this.channels,
          ({ name }) => name,
          (channel) => {
            const { name } = channel;
            return html`<tr ?acting=${this.#once.isActing(name)}>
            <td><bdi>${name}</bdi></td>
            <td>
              <bdi>${channel.kind === 'mail' ? channel.to.join(', ') : channel.url}</bdi>
              <span class="caption" role="status">${this.tested[name] ?? ''}</span>
            </td>
            <td class="acts">
              <button class="button" type="button" @click=${() => this.#test(name)}>${msg(html`Send a test<span class="only-read"> to ${name}</span>`)}</button>
              <cn-confirm-button label=${msg('Delete')} what=${name} @cn-confirm=${() => this.#delete(name)}></cn-confirm-button>
            </td>
          </tr>`;
          },
        )}
      </tbody>
    </table>`;
  }

  #form() {
    const isMail = this.kind === 'mail';
    return html`<form @submit=${this.#save}>
      <div class="line">
        <label class="entry"><span>${msg('Channel name')}</span><input id="name" class="field" required maxlength="120" autocomplete="off" /></label>
        <label class="entry"
          ><span>${msg('Kind')}</span
          ><select class="field" @change=${(event: Event) => {
            this.kind = (event.target as HTMLSelectElement).value as Kind;
          }}>
            ${options(kindTexts, this.kind)}
          </select></label
        >
        <label class="entry wide"
          ><span>${isMail ? msg('Mail addresses, with commas between') : msg('Address, such as https://hooks.example/…')}</span
          ><input id="to" class="field" required maxlength="2048" autocomplete="off" spellcheck="false"
        /></label>
      </div>
      <label class="check"><input id="system" type="checkbox" />${msg('Also alarms of the server itself')}</label>
      <div class="actions"><button class="button" type="submit">${msg('Save channel')}</button></div>
    </form>`;
  }

  #save(event: Event) {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const empty = emptyOnceTaken(form);
    const field = (id: string) => form.querySelector<HTMLInputElement>(`#${id}`);
    const name = field('name')?.value.trim() ?? '';
    const to = field('to')?.value.trim() ?? '';
    const systemAlarms = field('system')?.checked ?? false;
    const channel: AlertChannelInput =
      this.kind === 'mail'
        ? { kind: 'mail', name, to: to.split(/[\s,;]+/).filter(Boolean), systemAlarms }
        : { kind: 'webhook', name, url: to, slack: this.kind === 'slack', systemAlarms };
    void this.#do(async () => {
      const kept = await saveChannel(channel);
      this.secret = kept.kind === 'webhook' ? kept.secret : undefined;
      empty();
    });
  }

  #delete(name: string) {
    void this.#do(() => deleteChannel(name), name);
  }

  #do(act: () => Promise<void>, of?: string): Promise<void> {
    return this.#once(async () => {
      this.error = undefined;
      this.secret = undefined;
      try {
        await act();
        this.dispatchEvent(new CustomEvent('cn-changed'));
      } catch (error) {
        this.error = asApiError(error);
      }
    }, of);
  }

  /** Sends a test and looks what becomes of it, for a while. */
  async #test(name: string): Promise<void> {
    const say = (text: string) => {
      this.tested = { ...this.tested, [name]: text };
    };
    let id: string | undefined;
    try {
      await this.#once(async () => {
        this.error = undefined;
        say(msg('Sending …'));
        id = await testChannel(name);
      }, name);
      if (id === undefined) return;
      for (let times = 0; times < askTimesMax && this.isConnected; times += 1) {
        const delivery = (await listDeliveries(deliveriesAsked)).find((one) => one.id === id);
        if (delivery) {
          const why = delivery.lastError === undefined ? '' : ` ${delivery.lastError}`;
          say(`${stateTexts[delivery.state]}${why}`);
        }
        if (delivery?.state === 'sent' || delivery?.state === 'given_up') return;
        await new Promise((resolve) => setTimeout(resolve, askAgainMs));
      }
    } catch (error) {
      say('');
      this.error = asApiError(error);
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-channel-list': ChannelList;
  }
}
