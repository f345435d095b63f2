/** The alerts of a dataset: how they stand, what they did, where notices go; and the form of one, by the address. */
import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Me } from '../../core/contract/access.ts';
import type {
  AlertChannel,
  AlertEntry,
  AlertRule,
  AlertRuleStatus,
} from '../../core/contract/alert.ts';
import type { Dataset } from '../../core/contract/dataset.ts';
import {
  closeAlert,
  deleteAlert,
  listAlerts,
  listChannels,
  readAlertHistory,
  saveAlert,
} from '../api/alerts.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import { listEvents } from '../api/events.ts';
import '../components/alert-form.ts';
import {
  closingWords,
  ruleWords,
  severityTexts,
  standingOf,
  valueWords,
} from '../components/alert-words.ts';
import '../components/alert-history.ts';
import '../components/channel-list.ts';
import '../components/close-alert.ts';
import { deleteButton, deleteStyles } from '../components/delete-button.ts';
import '../components/empty-state.ts';
import '../components/error-note.ts';
import '../components/kept-facts.ts';
import { factsOfAlert } from '../components/kept-facts.ts';
import { formatInstantShort } from '../components/time-format.ts';
import { offerUndo } from '../components/undo-note.ts';
import { mayI, meContext } from '../context/me.ts';
import { oneAtATime } from '../controllers/one-at-a-time.ts';
import { QueryController } from '../controllers/query-controller.ts';
import { RefreshController } from '../controllers/refresh-controller.ts';
import { type UrlCodec, UrlStateController } from '../controllers/url-state-controller.ts';
import { alertsPath } from '../routes.ts';
import { controlStyles } from '../styles/controls.ts';
import { pageStyles } from '../styles/page.ts';
import { stateStyles } from '../styles/state.ts';
import { tableStyles } from '../styles/tables.ts';
import { textStyles } from '../styles/text.ts';

const askEveryMs = 3_000;
const historyListed = 100;

/** The alert that is open in the form; empty for a new one, undefined for the list. */
type Opened = string | undefined;
const openedCodec: UrlCodec<Opened> = {
  decode: (params) => params.get('alert') ?? undefined,
  encode: (alert) => new URLSearchParams(alert === undefined ? {} : { alert }),
};

interface Alerts {
  alerts: AlertRuleStatus[];
  entries: AlertEntry[];
}

@customElement('cn-alerts-page')
export class AlertsPage extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    pageStyles,
    stateStyles,
    tableStyles,
    deleteStyles,
    css`
      h1:focus {
        outline: none;
      }
      td {
        overflow-wrap: anywhere;
      }
      td .caption {
        display: block;
      }
      .narrow {
        width: 1%;
        white-space: nowrap;
      }
      cn-alert-form {
        display: block;
        margin-top: var(--space-4);
      }
      cn-channel-list {
        display: block;
        margin-top: var(--space-2);
      }
      @media (max-width: 40rem) {
        .secondary {
          display: none;
        }
      }
    `,
  ];

  @property({ attribute: false }) open: Dataset | undefined;
  @consume({ context: meContext, subscribe: true })
  @state()
  private me: Me | undefined;
  @state() private failed: ApiError | undefined;
  readonly #once = oneAtATime(this);

  readonly #opened = new UrlStateController<Opened>(this, openedCodec);
  readonly #read = new RefreshController<Alerts>(this, {
    everyMs: askEveryMs,
    subject: () => this.open?.slug,
    fetch: async (signal) => {
      const slug = this.open?.slug ?? '';
      const [alerts, entries] = await Promise.all([
        listAlerts(slug, signal),
        readAlertHistory(slug, { limit: historyListed }, signal),
      ]);
      return { alerts, entries };
    },
  });
  readonly #channels = new QueryController<string, AlertChannel[]>(this, {
    key: () => (this.#mayChange ? this.open?.slug : undefined),
    subject: () => 'server',
    fetch: (_slug, signal) => listChannels(signal),
  });
  readonly #events = new QueryController<string, string[]>(this, {
    key: () => this.open?.slug,
    subject: (slug) => slug,
    fetch: async (slug, signal) =>
      (await listEvents(slug, signal)).events.map(({ definition }) => definition.name),
  });

  /** Who may not change them looks at them. */
  get #mayChange(): boolean {
    return mayI(this.me, 'configure', this.open?.slug);
  }

  override render() {
    const { open } = this;
    if (open === undefined) return nothing;
    const { error, value } = this.#read;
    const opened = this.#opened.value;
    return html`<header class="page-head">
        <h1 tabindex="-1">${opened === undefined ? msg('Alerts') : opened === '' ? msg('New alert') : html`<bdi>${opened}</bdi>`}</h1>
        ${opened !== undefined ? html`<a href=${alertsPath(open.slug)}>${msg('All alerts')}</a>` : this.#mayChange ? html`<a class="button first" href="${alertsPath(open.slug)}?alert=">${msg('New alert')}</a>` : nothing}
      </header>
      ${error ? html`<cn-error-note .error=${error} @cn-retry=${() => this.#read.ask()}></cn-error-note>` : nothing}
      ${this.failed ? html`<cn-error-note .error=${this.failed}></cn-error-note>` : nothing}
      ${
        value === undefined
          ? error
            ? nothing
            : html`<p class="caption" role="status">${msg('Loading …')}</p>`
          : opened === undefined
            ? this.#all(open, value)
            : this.#form(open, value, opened)
      }`;
  }

  #shown: Opened;
  /** Between list and form the focus goes along, for the link that was pressed is gone. */
  protected override updated(): void {
    if (this.#shown === this.#opened.value) return;
    this.#shown = this.#opened.value;
    this.renderRoot.querySelector<HTMLElement>('h1')?.focus();
  }

  #form({ slug, timeZone }: Dataset, { alerts }: Alerts, opened: string) {
    const found = alerts.find(({ rule }) => rule.name === opened);
    if (opened !== '' && found === undefined) {
      return html`<cn-empty-state heading=${msg(str`There is no alert "${opened}"`)} text=${msg('It may have been deleted meanwhile. Its history stays.')}>
        <a class="button" href=${alertsPath(slug)}>${msg('All alerts')}</a>
      </cn-empty-state>`;
    }
    if (!this.#mayChange && found !== undefined)
      return html`<cn-kept-facts .facts=${factsOfAlert(found.rule)}></cn-kept-facts>`;
    return html`<cn-alert-form
      slug=${slug}
      timeZone=${timeZone}
      .rule=${this.#sameRule(found?.rule)}
      .channels=${this.#channels.value ?? []}
      .events=${this.#events.value ?? []}
      @cn-saved=${() => this.#close()}
      @cn-cancel=${() => this.#close()}
    ></cn-alert-form>`;
  }

  #kept: AlertRuleStatus['rule'] | undefined;
  /** The same rule as one object, however often it is asked for: what is typed must not be drawn over. */
  #sameRule(rule: AlertRuleStatus['rule'] | undefined) {
    if (this.#kept?.name !== rule?.name) this.#kept = rule;
    return this.#kept;
  }

  #close() {
    this.#kept = undefined;
    this.#opened.set(undefined);
    void this.#read.ask();
  }

  #all(open: Dataset, { alerts, entries }: Alerts) {
    return html`${
      alerts.length === 0
        ? html`<cn-empty-state
              heading=${msg('No alert yet')}
              text=${msg('An alert looks at a number over a window of time, such as purchases within an hour, and tells somebody when it is beyond its bounds. A dry run says how often it would have fired in the last 30 days.')}
            >
              ${this.#mayChange ? html`<a class="button" href="${alertsPath(open.slug)}?alert=">${msg('Make the first alert')}</a>` : nothing}
            </cn-empty-state>`
        : this.#table(open, alerts)
    }
      <section>
        <h2>${msg('History')}</h2>
        ${entries.length === 0 ? html`<p class="caption">${msg('Nothing has fired. Firings stand here with the sessions that caused them.')}</p>` : html`<cn-alert-history .open=${open} .entries=${entries}></cn-alert-history>`}
      </section>
      ${this.#mayChange ? this.#channelList() : nothing}`;
  }

  #channelList() {
    return html`<section>
        <h2>${msg('Channels')}</h2>
        ${this.#channels.error ? html`<cn-error-note .error=${this.#channels.error} @cn-retry=${() => this.#channels.retry()}></cn-error-note>` : nothing}
        <cn-channel-list .channels=${this.#channels.value ?? []} @cn-changed=${() => this.#channels.retry()}></cn-channel-list>
      </section>`;
  }

  #table({ slug, timeZone }: Dataset, alerts: readonly AlertRuleStatus[]) {
    return html`<section>
      <table>
        <caption class="only-read">${msg('Alerts by name')}</caption>
        <thead>
          <tr>
            <th scope="col" class="narrow">${msg('State')}</th>
            <th scope="col">${msg('Alert')}</th>
            <th scope="col" class="number secondary">${msg('Value')}</th>
            <th scope="col" class="narrow secondary">${msg('Last fired')}</th>
            <th scope="col"><span class="only-read">${msg('Actions')}</span></th>
          </tr>
        </thead>
        <tbody>
          ${alerts.map((status) => {
            const { rule, state } = status;
            const { text, dot } = standingOf(status);
            const last = state.lastFiredAt;
            return html`<tr ?acting=${this.#once.isActing(rule.name)}>
              <td class="narrow"><span class="state"><span class="dot ${dot}" aria-hidden="true"></span>${text}</span></td>
              <td>
                <a href="${alertsPath(slug)}?${new URLSearchParams({ alert: rule.name })}"><bdi>${rule.name}</bdi></a>
                <span class="caption">${severityTexts[rule.severity]} · ${ruleWords(rule)}</span>
                ${state.closed === undefined ? nothing : html`<span class="caption">${formatInstantShort(state.closed.at, timeZone)} ${closingWords(state.closed)}</span>`}
                ${this.#mayChange && state.firing && !state.closed ? html`<cn-close-alert name=${rule.name} @cn-close=${(event: CustomEvent<string>) => this.#once(() => this.#closeAlert(slug, rule.name, event.detail), rule.name)}></cn-close-alert>` : nothing}
                ${state.fault === undefined ? nothing : html`<span class="caption">${msg(str`Cannot be judged at present: ${state.fault}`)}</span>`}
              </td>
              <td class="number secondary">${valueWords(state.value)}</td>
              <td class="narrow secondary">${last === undefined ? '–' : formatInstantShort(last, timeZone)}</td>
              <td class="narrow">${this.#mayChange ? html`${deleteButton(rule.name, () => this.#once(() => this.#delete(slug, rule), rule.name))}` : nothing}</td>
            </tr>`;
          })}
        </tbody>
      </table>
    </section>`;
  }

  async #closeAlert(slug: string, name: string, note: string): Promise<void> {
    this.failed = undefined;
    try {
      await closeAlert(slug, name, note);
    } catch (error) {
      this.failed = asApiError(error);
    }
    await this.#read.ask();
    // The form that had the focus is gone.
    this.renderRoot.querySelector('h1')?.focus({ preventScroll: true });
  }

  async #delete(slug: string, rule: AlertRule): Promise<void> {
    this.failed = undefined;
    try {
      await deleteAlert(slug, rule.name);
      offerUndo({
        said: msg(str`"${rule.name}" is deleted.`),
        undo: async () => {
          await saveAlert(slug, rule, undefined);
          await this.#read.ask();
        },
      });
    } catch (error) {
      this.failed = asApiError(error);
    }
    await this.#read.ask();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-alerts-page': AlertsPage;
  }
}
