/** What an alert counts: an event, a metric, or events that raise an alert. Fires `cn-subject` with the subject. */
import { msg } from '@lit/localize';
import { html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { AlertSubject } from '../../core/contract/alert.ts';
import type { SavedQueryUse } from '../../core/contract/saved-query.ts';
import { controlStyles } from '../styles/controls.ts';
import { fieldsetStyles } from '../styles/fieldset.ts';
import { textStyles } from '../styles/text.ts';
import { metricTexts, severityTexts } from './alert-words.ts';
import { options } from './form-entry.ts';
import './saved-query-field.ts';

type Metric = (AlertSubject & { kind: 'metric' })['metric'];

const kindTexts: Record<AlertSubject['kind'], string> = {
  event: msg('An event'),
  metric: msg('A metric'),
  raised: msg('Events that raise an alert'),
  saved_query: msg('A saved query'),
};
const { saved_query: _query, ...countedTexts } = kindTexts;
/** What the window and the rule fill in. */
const givenToAlerts = ['from', 'until', 'robots'];
const first: Record<AlertSubject['kind'], AlertSubject> = {
  event: { kind: 'event', event: '' },
  metric: { kind: 'metric', metric: 'sessions' },
  raised: { kind: 'raised', severity: 'notice' },
  saved_query: { kind: 'saved_query', name: '', values: {} },
};

@customElement('cn-alert-subject')
export class AlertSubjectField extends LitElement {
  static override styles = [textStyles, controlStyles, fieldsetStyles];

  @property({ attribute: false }) subject: AlertSubject = first.event;
  /** Names of events that are known; others can be typed, for pages send events too. */
  @property({ attribute: false }) events: readonly string[] = [];
  @property() label = msg('What is watched');
  @property() slug = '';
  /** What is counted only; a saved query is no base. */
  @property({ type: Boolean }) counted = false;

  override render() {
    return html`<div class="line">
      <label class="entry"
        ><span>${this.label}</span
        ><select
          class="field"
          @change=${(event: Event) => this.#fire(first[typedIn(event) as AlertSubject['kind']])}
        >
          ${options(this.counted ? countedTexts : kindTexts, this.subject.kind)}
        </select></label
      >
      ${this.#detail(this.subject)}
    </div>`;
  }

  #detail(subject: AlertSubject) {
    if (subject.kind === 'metric') {
      return html`<label class="entry"
        ><span>${msg('Metric')}</span
        ><select class="field" @change=${(event: Event) => this.#fire({ kind: 'metric', metric: typedIn(event) as Metric })}>
          ${options(metricTexts, subject.metric)}
        </select></label
      >`;
    }
    if (subject.kind === 'raised') {
      return html`<label class="entry"
        ><span>${msg('Of at least')}</span
        ><select
          class="field"
          @change=${(event: Event) =>
            this.#fire({ kind: 'raised', severity: typedIn(event) as keyof typeof severityTexts })}
        >
          ${options(severityTexts, subject.severity)}
        </select></label
      >`;
    }
    if (subject.kind === 'saved_query') {
      return html`<cn-saved-query-field
        slug=${this.slug}
        .use=${{ name: subject.name, values: subject.values }}
        .given=${givenToAlerts}
        @cn-query=${(event: CustomEvent<SavedQueryUse>) => this.#fire({ kind: 'saved_query', ...event.detail })}
      ></cn-saved-query-field>`;
    }
    return html`<label class="entry wide"
      ><span>${msg('Event')}</span
      ><input
        class="field"
        list="events"
        maxlength="128"
        autocomplete="off"
        .value=${subject.event}
        @input=${(event: Event) => this.#fire({ kind: 'event', event: typedIn(event) })} /><datalist id="events">
        ${this.events.map((name) => html`<option value=${name}></option>`)}
      </datalist></label
    >`;
  }

  #fire(detail: AlertSubject) {
    this.dispatchEvent(new CustomEvent('cn-subject', { detail }));
  }
}

const typedIn = (event: Event) => (event.target as HTMLInputElement).value;

declare global {
  interface HTMLElementTagNameMap {
    'cn-alert-subject': AlertSubjectField;
  }
}
