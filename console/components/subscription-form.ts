/** The form of a subscription. Fires `cn-saved` with its name, and `cn-cancel`. */
import { msg } from '@lit/localize';
import { html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Dataset } from '../../core/contract/dataset.ts';
import type { ReportEntry } from '../../core/contract/report.ts';
import type { Subscription } from '../../core/contract/subscription.ts';
import { digestPeriods } from '../../core/contract/subscription-words.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import { listReports } from '../api/reports.ts';
import { listSubscriptions, saveSubscription } from '../api/subscriptions.ts';
import { QueryController } from '../controllers/query-controller.ts';
import { UnsavedInput } from '../controllers/unsaved-input.ts';
import { draftOf, inputOf, newDraft, type SubscriptionDraft } from '../pages/subscription-draft.ts';
import { controlStyles } from '../styles/controls.ts';
import { formStyles } from '../styles/form.ts';
import { longFormStyles } from '../styles/long-form.ts';
import { textStyles } from '../styles/text.ts';
import { isConflict } from './conflict-note.ts';
import { periodTexts, weekdayNames } from './subscription-words.ts';
import './error-note.ts';

const timeZones = Intl.supportedValuesOf('timeZone');
const readerZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const kinds = {
  daily: msg('Every day'),
  weekly: msg('Every week'),
  monthly: msg('Every month'),
  cron: msg('By cron'),
};
const comparisons = {
  previous_period: msg('The period before'),
  last_year: msg('The same dates a year before'),
  last_year_weeks: msg('52 weeks before'),
};
const days = [...Array.from({ length: 28 }, (_, index) => String(index + 1)), 'last'];

@customElement('cn-subscription-form')
export class SubscriptionForm extends LitElement {
  static override styles = [textStyles, controlStyles, formStyles, longFormStyles];

  @property({ attribute: false }) datasets: readonly Dataset[] = [];
  /** The one to change; without it a new one is made. */
  @property({ attribute: false }) subscription: Subscription | undefined;
  @state() private draft: SubscriptionDraft | undefined;
  @state() private error: ApiError | undefined;
  @state() private saving = false;
  /** What somebody else has saved meanwhile; without `theirs` it was deleted. */
  @state() private conflict: { theirs: Subscription | undefined } | undefined;

  readonly #reports = new QueryController<string, ReportEntry[]>(this, {
    key: () => this.draft?.datasets[0],
    subject: (slug) => slug,
    fetch: (slug, signal) => listReports(slug, signal),
  });

  /** It as it was when the form was opened. */
  #known: Subscription | undefined;
  /** What stood in the form then. */
  #begun: SubscriptionDraft | undefined;

  constructor() {
    super();
    new UnsavedInput(this, { typed: () => this.draft, saved: () => this.#begun });
  }

  protected override willUpdate(): void {
    if (this.draft === undefined) this.#known = this.subscription;
    this.draft ??=
      this.subscription === undefined
        ? newDraft(
            readerZone,
            this.datasets.slice(0, 1).map(({ slug }) => slug),
          )
        : draftOf(this.subscription);
    this.#begun ??= this.draft;
  }

  override render() {
    const { draft } = this;
    if (draft === undefined) return nothing;
    return html`<form novalidate @submit=${this.#submit}>
      ${this.#text('name', msg('Name'), msg('It stands in the subject of the mails.'), this.subscription !== undefined)}
      ${this.#area('recipients', msg('Recipients'), msg('One address a line, up to 50. Each gets a mail of its own.'))}
      <div class="row">
        ${this.#select('kind', msg('When'), kinds)}
        ${draft.kind === 'weekly' ? this.#select('weekday', msg('Weekday'), weekdayNames) : nothing}
        ${draft.kind === 'monthly' ? this.#select('day', msg('Day'), Object.fromEntries(days.map((day) => [day, day]))) : nothing}
        ${draft.kind === 'cron' ? this.#text('expression', msg('Cron'), msg('Minute, hour, day, month, weekday.')) : this.#text('at', msg('At'), msg('Such as 07:30.'))}
        ${this.#text('timeZone', msg('Time zone'), msg('By whose clock.'))}
      </div>
      <div class="row">
        ${this.#select('period', msg('About'), Object.fromEntries(digestPeriods.map((period) => [period, periodTexts[period]])))}
        ${this.#select('comparison', msg('Compared with'), comparisons)}
        ${this.#text('locale', msg('Numbers as in'), msg('Such as en, en-GB or de.'))}
      </div>
      ${this.#choices(
        'datasets',
        msg('Datasets'),
        this.datasets.map(({ slug, name }) => [slug, name]),
      )}
      ${this.#choices('reports', msg('Reports'), this.#reportChoices(draft))}
      ${this.#area('labels', msg('Labels (optional)'), msg('Names, one a line: they stand beside all.'))}
      <fieldset class="choices">
        <label><input type="checkbox" id="onlyWhenChanged" .checked=${draft.onlyWhenChanged} @change=${this.#tick} />
          ${msg('Only when something changed, or an alert fired')}</label>
      </fieldset>
      ${this.error ? html`<cn-error-note .error=${this.error} @cn-retry=${this.#save}></cn-error-note>` : nothing}
      ${this.#conflict(draft)}
      <div class="form-actions">
        <button class="button first" type="submit" ?disabled=${this.saving}>${this.saving ? msg('Saving …') : msg('Save')}</button>
        <button class="button plain" type="button" @click=${() => this.#fire('cn-cancel', '')}>${msg('Cancel')}</button>
      </div>
      <datalist id="zones">${timeZones.map((zone) => html`<option value=${zone}></option>`)}</datalist>
    </form>`;
  }

  #conflict(draft: SubscriptionDraft) {
    if (this.conflict === undefined) return nothing;
    const { theirs } = this.conflict;
    return html`<cn-conflict-note
      name=${draft.name}
      .theirs=${theirs}
      .mine=${this.#input(draft)}
      @cn-take-theirs=${() => {
        this.conflict = undefined;
        this.#known = theirs;
        if (theirs === undefined) this.#fire('cn-cancel', '');
        else this.draft = draftOf(theirs);
        this.#begun = this.draft;
      }}
      @cn-keep-mine=${() => {
        this.#known = theirs;
        void this.#save();
      }}
    ></cn-conflict-note>`;
  }

  /** Whether it rests is not asked for here: it stays as it was loaded. */
  #input(draft: SubscriptionDraft) {
    return inputOf(draft, this.#known?.paused ?? false);
  }

  /** Those of the first dataset; what is chosen stays, also where it has another one. */
  #reportChoices({ reports }: SubscriptionDraft): [string, string][] {
    const known = (this.#reports.value ?? []).map(({ name, title }): [string, string] => [
      name,
      title,
    ]);
    const others = reports.filter((name) => !known.some(([one]) => one === name));
    return [...known, ...others.map((name): [string, string] => [name, name])];
  }

  #text(
    field: 'name' | 'at' | 'timeZone' | 'expression' | 'locale',
    label: string,
    hint: string,
    isFixed = false,
  ) {
    return html`<div class="form-field">
      <label for=${field}>${label}</label>
      <input id=${field} class="field" autocomplete="off" spellcheck="false" ?readonly=${isFixed}
        list=${field === 'timeZone' ? 'zones' : nothing} aria-describedby="${field}-hint"
        .value=${this.draft?.[field] ?? ''} @input=${this.#type} />
      <p id="${field}-hint" class="caption">${hint}</p>
    </div>`;
  }

  #area(field: 'recipients' | 'labels', label: string, hint: string) {
    return html`<div class="form-field">
      <label for=${field}>${label}</label>
      <textarea id=${field} class="field" rows="2" spellcheck="false" autocapitalize="off"
        aria-describedby="${field}-hint" .value=${this.draft?.[field] ?? ''} @input=${this.#type}></textarea>
      <p id="${field}-hint" class="caption">${hint}</p>
    </div>`;
  }

  #select(
    field: 'kind' | 'weekday' | 'day' | 'period' | 'comparison',
    label: string,
    options: Readonly<Record<string, string>>,
  ) {
    const chosen = this.draft?.[field];
    return html`<div class="form-field">
      <label for=${field}>${label}</label>
      <select id=${field} class="field" @change=${this.#type}>
        ${Object.entries(options).map(([value, words]) => html`<option value=${value} ?selected=${value === chosen}>${words}</option>`)}
      </select>
    </div>`;
  }

  #choices(
    field: 'datasets' | 'reports',
    legend: string,
    choices: readonly (readonly [string, string])[],
  ) {
    const chosen = this.draft?.[field] ?? [];
    const change = (value: string) => (event: Event) => {
      const isOn = (event.target as HTMLInputElement).checked;
      const others = chosen.filter((one) => one !== value);
      this.#set({ [field]: isOn ? [...others, value] : others });
    };
    return html`<fieldset>
      <legend>${legend}</legend>
      <div class="choices">
        ${choices.map(
          ([value, words]) =>
            html`<label><input type="checkbox" .checked=${chosen.includes(value)} @change=${change(value)} />${words}</label>`,
        )}
      </div>
    </fieldset>`;
  }

  #set(change: Partial<SubscriptionDraft>) {
    if (this.draft !== undefined) this.draft = { ...this.draft, ...change };
    this.error = undefined;
  }

  #type(event: Event) {
    const { id, value } = event.target as HTMLInputElement;
    this.#set({ [id]: value });
  }

  #tick(event: Event) {
    this.#set({ onlyWhenChanged: (event.target as HTMLInputElement).checked });
  }

  #submit(event: Event) {
    event.preventDefault();
    void this.#save();
  }

  async #save(): Promise<void> {
    if (this.saving || this.draft === undefined) return;
    this.saving = true;
    this.error = undefined;
    this.conflict = undefined;
    try {
      const saved = await saveSubscription(this.#input(this.draft), this.#known);
      this.#fire('cn-saved', saved.subscription.name);
    } catch (error) {
      const refused = asApiError(error);
      if (isConflict(refused) && this.subscription) await this.#readTheirs(this.subscription.name);
      else this.error = refused;
    } finally {
      this.saving = false;
    }
  }

  async #readTheirs(name: string): Promise<void> {
    try {
      const all = (await listSubscriptions()).map(({ subscription }) => subscription);
      this.conflict = { theirs: all.find((one) => one.name === name) };
    } catch (error) {
      this.error = asApiError(error);
    }
  }

  #fire(type: 'cn-saved' | 'cn-cancel', detail: string) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-subscription-form': SubscriptionForm;
  }
}
