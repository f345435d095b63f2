/** What an event does: its actions, each with its parts. Fires `cn-actions` with all of them. */
import { msg, str } from '@lit/localize';
import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { EventAction, ValueSource } from '../../core/contract/event.ts';
import type { Completion } from '../../core/contract/event-life.ts';
import { controlStyles } from '../styles/controls.ts';
import { fieldsetStyles } from '../styles/fieldset.ts';
import { textStyles } from '../styles/text.ts';
import { severityTexts } from './alert-words.ts';
import { actionTexts } from './event-words.ts';
import { options } from './form-entry.ts';
import './value-source.ts';

const actionsMax = 16;
const minuteMs = 60_000;
const noSource: ValueSource = { kind: 'field', field: '' };

const first: Record<EventAction['do'], EventAction> = {
  set_attribute: { do: 'set_attribute', attribute: '', from: noSource },
  add_to_counter: { do: 'add_to_counter', counter: '' },
  close_session: { do: 'close_session' },
  discard_session: { do: 'discard_session' },
  change_timeout: { do: 'change_timeout', idleTimeoutMs: 30 * minuteMs },
  raise_alert: { do: 'raise_alert', severity: 'warning' },
};

@customElement('cn-action-list')
export class ActionList extends LitElement {
  static override styles = [textStyles, controlStyles, fieldsetStyles];

  @property({ attribute: false }) actions: readonly EventAction[] = [];
  @property({ attribute: false }) names: Completion | undefined;

  override render() {
    return html`${this.actions.map(
      (
        action,
        index,
      ) => html`<div class="line" role="group" aria-label=${msg(str`Action ${index + 1}`)}>
          <label class="entry"
            ><span>${msg('Action')}</span
            ><select class="field" @change=${(event: Event) => this.#set(index, first[typedIn(event) as EventAction['do']])}>
              ${options(actionTexts, action.do)}
            </select></label
          >
          ${this.#parts(action, index)}
          <button class="button plain" type="button" @click=${() => this.#fire(this.actions.filter((_, at) => at !== index))}>
            ${msg(html`Remove<span class="only-read"> action ${index + 1}</span>`)}
          </button>
        </div>`,
    )}
      <button
        class="button"
        type="button"
        ?disabled=${this.actions.length >= actionsMax}
        @click=${() => this.#fire([...this.actions, first.set_attribute])}
      >
        ${msg('Add an action')}
      </button>`;
  }

  #parts(action: EventAction, index: number) {
    switch (action.do) {
      case 'set_attribute':
        return html`${this.#name(msg('Attribute'), action.attribute, (attribute) => this.#set(index, { ...action, attribute }))}
          ${this.#source(action.from, (from) => this.#set(index, { ...action, from }))}`;
      case 'add_to_counter':
        return html`${this.#name(msg('Counter'), action.counter, (counter) => this.#set(index, { ...action, counter }))}
          <span class="caption">${msg('One is added each time.')}</span>
          ${action.from === undefined ? nothing : this.#source(action.from, (from) => this.#set(index, { ...action, from }))}`;
      case 'change_timeout':
        return html`<label class="entry"
          ><span>${msg('Minutes')}</span
          ><input
            class="field"
            type="number"
            min="1"
            max="1440"
            .value=${String(action.idleTimeoutMs / minuteMs)}
            @input=${(event: Event) =>
              this.#set(index, {
                ...action,
                idleTimeoutMs: Math.round(Number(typedIn(event)) * minuteMs),
              })}
        /></label>`;
      case 'raise_alert':
        return html`<label class="entry"
          ><span>${msg('Severity')}</span
          ><select
            class="field"
            @change=${(event: Event) =>
              this.#set(index, { ...action, severity: typedIn(event) as typeof action.severity })}
          >
            ${options(severityTexts, action.severity)}
          </select></label
        >`;
      default:
        return nothing;
    }
  }

  #name(label: string, value: string, set: (value: string) => void) {
    return html`<label class="entry"
      ><span>${label}</span
      ><input
        class="field"
        maxlength="64"
        autocomplete="off"
        spellcheck="false"
        .value=${value}
        @input=${(event: Event) => set(typedIn(event))}
    /></label>`;
  }

  #source(source: ValueSource, set: (source: ValueSource) => void) {
    return html`<cn-value-source
      .source=${source}
      .names=${this.names}
      @cn-source=${(event: CustomEvent<ValueSource>) => set(event.detail)}
    ></cn-value-source>`;
  }

  #set(index: number, action: EventAction) {
    this.#fire(this.actions.map((one, at) => (at === index ? action : one)));
  }

  #fire(detail: readonly EventAction[]) {
    this.dispatchEvent(new CustomEvent('cn-actions', { detail }));
  }
}

const typedIn = (event: Event) => (event.target as HTMLInputElement).value;

declare global {
  interface HTMLElementTagNameMap {
    'cn-action-list': ActionList;
  }
}
