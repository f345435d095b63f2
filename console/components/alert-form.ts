/** Makes or changes an alert: its parts, and a dry run of them before they are saved. Fires `cn-saved` and `cn-cancel`. */
import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { AlertChannel, AlertDryRun, AlertRule, Blackout } from '../../core/contract/alert.ts';
import { dryRunAlert, listAlerts, saveAlert } from '../api/alerts.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import { isConflict } from '../api/knowing.ts';
import { UnsavedInput } from '../controllers/unsaved-input.ts';
import { controlStyles } from '../styles/controls.ts';
import { fieldsetStyles } from '../styles/fieldset.ts';
import { textStyles } from '../styles/text.ts';
import {
  type AlertDraft,
  type AlertProblems,
  alertProblems,
  draftOf,
  hasRange,
  newAlert,
  ruleOf,
} from './alert-draft.ts';
import './alert-subject.ts';
import { measureTexts, operatorTexts, severityTexts, valueWords } from './alert-words.ts';
import { checkEntry, lineEntry, problemNote, selectEntry } from './form-entry.ts';
import './blackout-list.ts';
import './conflict-note.ts';
import './error-note.ts';
import { counted } from './number-format.ts';
import { formatInstantShort } from './time-format.ts';

const { value, ...countedMeasureTexts } = measureTexts;
const sqlMeasureTexts = { value, count: msg('Count of rows') };

@customElement('cn-alert-form')
export class AlertForm extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    fieldsetStyles,
    css`
      /* It belongs to the line above it. */
      cn-alert-subject + .problem {
        margin: calc(-1 * var(--space-2)) 0 var(--space-3);
      }
    `,
  ];

  @property() slug = '';
  @property() timeZone = 'UTC';
  /** The alert that is changed; undefined for a new one. */
  @property({ attribute: false }) rule: AlertRule | undefined;
  @property({ attribute: false }) channels: readonly AlertChannel[] = [];
  @property({ attribute: false }) events: readonly string[] = [];
  @state() private draft: AlertDraft = newAlert;
  @state() private problems: AlertProblems = {};
  @state() private error: ApiError | undefined;
  @state() private busy: 'saving' | 'trying' | undefined;
  @state() private tried: AlertDryRun | undefined;
  /** What somebody else has saved meanwhile; without `theirs` it was deleted. */
  @state() private conflict: { theirs: AlertRule | undefined } | undefined;
  /** The rule as it was loaded. */
  #known: AlertRule | undefined;

  constructor() {
    super();
    new UnsavedInput(this, {
      typed: () => this.draft,
      saved: () => (this.#known ? draftOf(this.#known) : newAlert),
    });
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('rule')) return;
    this.#known = this.rule;
    this.conflict = undefined;
    this.draft = this.rule === undefined ? newAlert : draftOf(this.rule);
    this.problems = {};
    this.tried = undefined;
  }

  override render() {
    const { draft } = this;
    return html`<form novalidate @submit=${this.#submit}>
        <div class="line">
          ${this.#text('name', msg('Name'), 120, this.rule !== undefined)}
          ${this.#text('description', msg('Description (optional)'), 1_000)}
        </div>
        <fieldset>
          <legend>${msg('When')}</legend>
          <cn-alert-subject
            slug=${this.slug}
            .subject=${draft.subject}
            .events=${this.events}
            @cn-subject=${(event: CustomEvent<AlertDraft['subject']>) => this.#watch(event.detail)}
          ></cn-alert-subject>
          ${problemNote(this.problems.subject)}
          <div class="line">
            ${this.#select('measure', msg('Measure'), draft.subject.kind === 'saved_query' ? sqlMeasureTexts : countedMeasureTexts)}
            ${this.#number('windowMinutes', msg('Within minutes'))}
            ${draft.subject.kind === 'saved_query' ? this.#number('everyMinutes', msg('Asked every so many minutes')) : nothing}
            ${draft.measure === 'no_data' ? nothing : this.#bounds()}
          </div>
          ${
            draft.measure === 'ratio'
              ? html`<cn-alert-subject
                  label=${msg('In per cent of')}
                  counted
                  .subject=${draft.base}
                  .events=${this.events}
                  @cn-subject=${(event: CustomEvent<AlertDraft['base']>) => this.#set({ base: event.detail })}
                ></cn-alert-subject>`
              : nothing
          }
          ${
            draft.subject.kind === 'saved_query'
              ? html`<p class="caption">${msg('Its value is the first number of its only row. $from and $until get the window, $robots what is chosen here.')}</p>`
              : nothing
          }
          ${this.#check('robots', msg('Count robots too'))}
        </fieldset>
        <fieldset>
          <legend>${msg('Then')}</legend>
          <div class="line">
            ${this.#select('severity', msg('Severity'), severityTexts)}
            ${this.#number('rearmMinutes', msg('Rearm after minutes'))}
          </div>
          <div class="entry" role="group" aria-labelledby="channels">
            <span id="channels">${msg('Channels')}</span>
            <div class="line">
              ${
                this.channels.length === 0
                  ? html`<p class="caption">${msg('No channel yet: firings stand in the history only. Make one below the list of alerts.')}</p>`
                  : this.channels.map(({ name }) => this.#channel(name))
              }
            </div>
          </div>
          <div class="line">
            ${this.#check('notifyRecovery', msg('Tell when it is over, too'))} ${this.#check('active', msg('Switched on'))}
          </div>
        </fieldset>
        <fieldset>
          <legend>${msg('Blackouts')}</legend>
          <p class="caption">${msg(str`Nobody is told at these times, by the clock of ${this.timeZone}. What still holds at the end fires then.`)}</p>
          <cn-blackout-list
            .blackouts=${draft.blackouts}
            @cn-blackouts=${(event: CustomEvent<Blackout[]>) => this.#set({ blackouts: event.detail })}
          ></cn-blackout-list>
          ${problemNote(this.problems.blackouts)}
        </fieldset>
        ${this.error ? html`<cn-error-note .error=${this.error} @cn-retry=${() => this.#save()}></cn-error-note>` : nothing}
        ${this.#conflict()}
        <div class="actions">
          <button class="button" type="button" ?disabled=${this.busy !== undefined} @click=${() => this.#try()}>
            ${this.busy === 'trying' ? msg('Trying …') : msg('Dry run')}
          </button>
          <button class="button first" type="submit" ?disabled=${this.busy !== undefined}>
            ${this.busy === 'saving' ? msg('Saving …') : msg('Save alert')}
          </button>
          <button class="button plain" type="button" @click=${() => this.dispatchEvent(new CustomEvent('cn-cancel'))}>${msg('Cancel')}</button>
        </div>
      </form>
      <div role="status">${this.tried ? this.#outcome(this.tried) : nothing}</div>`;
  }

  #conflict() {
    if (this.conflict === undefined) return nothing;
    const { theirs } = this.conflict;
    return html`<cn-conflict-note
      name=${this.draft.name}
      .theirs=${theirs}
      .mine=${ruleOf(this.draft)}
      @cn-take-theirs=${() => {
        this.rule = theirs;
        if (theirs === undefined) this.dispatchEvent(new CustomEvent('cn-cancel'));
      }}
      @cn-keep-mine=${() => {
        this.#known = theirs;
        void this.#save();
      }}
    ></cn-conflict-note>`;
  }

  #outcome({ fired, firings, fromMs, toMs, stepMinutes }: AlertDryRun) {
    const at = (instantMs: number) => formatInstantShort(instantMs, this.timeZone);
    const would =
      fired === 0
        ? msg('It would not have fired')
        : counted(fired, msg('It would have fired # time|It would have fired # times'));
    return html`<div class="outcome">
      <p>${msg(html`<b>${would}</b> from ${at(fromMs)} to ${at(toMs)}, over stored sessions.`)}</p>
      ${
        firings.length === 0
          ? nothing
          : html`<ul aria-label=${msg('Firings, newest first')}>
              ${firings.map(
                (firing) => html`<li>
                  ${at(firing.at)}: ${valueWords(firing.value)}${firing.recoveredAt === undefined ? nothing : html` <span class="quiet">${msg(str`until ${at(firing.recoveredAt)}`)}</span>`}
                </li>`,
              )}
            </ul>`
      }
      ${stepMinutes === undefined ? nothing : html`<p class="caption">${msg(str`It was looked every ${stepMinutes} minutes.`)}</p>`}
      ${fired > firings.length ? html`<p class="caption">${msg(str`The newest ${firings.length} are listed.`)}</p>` : nothing}
    </div>`;
  }

  #bounds() {
    return html`${this.#select('operator', msg('Is'), operatorTexts)} ${this.#number('bound', msg('Bound'))}
    ${hasRange(this.draft) ? this.#number('boundTo', msg('and')) : nothing}`;
  }

  #text(field: 'name' | 'description', label: string, lengthMax: number, isFixed = false) {
    return lineEntry({
      id: field,
      label,
      value: this.draft[field],
      lengthMax,
      isFixed,
      problem: this.problems[field],
      change: (value) => this.#set({ [field]: value }),
    });
  }

  #number(
    field: 'windowMinutes' | 'everyMinutes' | 'rearmMinutes' | 'bound' | 'boundTo',
    label: string,
  ) {
    return html`<label class="entry"
      ><span>${label}</span
      ><input
        id=${field}
        class="field"
        type="number"
        step="any"
        aria-invalid=${String(this.problems[field] !== undefined)}
        .value=${this.draft[field]}
        @input=${(event: Event) => this.#set({ [field]: typedIn(event) })}
      />${problemNote(this.problems[field])}</label
    >`;
  }

  #select(
    field: 'measure' | 'operator' | 'severity',
    label: string,
    texts: Record<string, string>,
  ) {
    const change = (value: string) => this.#set({ [field]: value });
    return selectEntry({ label, value: this.draft[field], texts, change });
  }

  #check(field: 'robots' | 'notifyRecovery' | 'active', label: string) {
    return checkEntry(label, this.draft[field], (on) => this.#set({ [field]: on }));
  }

  #channel(name: string) {
    const { channels } = this.draft;
    const isChosen = channels.includes(name);
    const chosen = isChosen ? channels.filter((one) => one !== name) : [...channels, name];
    return checkEntry(name, isChosen, () => this.#set({ channels: chosen }));
  }

  /** A measure that the subject does not have gives way. */
  #watch(subject: AlertDraft['subject']) {
    const isSql = subject.kind === 'saved_query';
    if (isSql === (this.draft.subject.kind === 'saved_query')) return this.#set({ subject });
    this.#set({ subject, measure: isSql ? 'value' : 'count' });
  }

  #set(part: Partial<AlertDraft>) {
    this.draft = { ...this.draft, ...part };
    this.problems = Object.fromEntries(
      Object.entries(this.problems).filter(([field]) => !(field in part)),
    );
    this.error = undefined;
    this.tried = undefined;
  }

  /** Asks the server for something with the rule, where nothing is wrong with its shape. */
  async #with(busy: 'saving' | 'trying', ask: () => Promise<void>): Promise<void> {
    if (this.busy !== undefined) return;
    this.busy = busy;
    this.error = undefined;
    try {
      this.problems = await alertProblems(this.draft);
      const wrong = Object.keys(this.problems)[0];
      if (wrong === undefined) await ask();
      else this.renderRoot.querySelector<HTMLElement>(`#${wrong}`)?.focus();
    } catch (error) {
      this.error = asApiError(error);
    } finally {
      this.busy = undefined;
    }
  }

  #try(): Promise<void> {
    return this.#with('trying', async () => {
      const { draft } = this;
      const tried = await dryRunAlert(this.slug, ruleOf(draft));
      // What another rule would have done says nothing of this one.
      if (this.draft === draft) this.tried = tried;
    });
  }

  #save(): Promise<void> {
    return this.#with('saving', async () => {
      this.conflict = undefined;
      try {
        await saveAlert(this.slug, ruleOf(this.draft), this.#known);
      } catch (error) {
        if (!isConflict(asApiError(error)) || this.rule === undefined) throw error;
        const { name } = this.rule;
        const all = (await listAlerts(this.slug)).map(({ rule }) => rule);
        this.conflict = { theirs: all.find((rule) => rule.name === name) };
        return;
      }
      this.dispatchEvent(new CustomEvent('cn-saved'));
    });
  }

  #submit(event: Event) {
    event.preventDefault();
    void this.#save();
  }
}

const typedIn = (event: Event) => (event.target as HTMLInputElement).value;

declare global {
  interface HTMLElementTagNameMap {
    'cn-alert-form': AlertForm;
  }
}
