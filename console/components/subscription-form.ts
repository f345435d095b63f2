/** The form of a subscription. Fires `cn-saved` with its name, and `cn-cancel`. */
import { msg } from '@lit/localize';
import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Dataset } from '../../core/contract/dataset.ts';
import type { ReportEntry } from '../../core/contract/report.ts';
import type { Subscription } from '../../core/contract/subscription.ts';
import { digestPeriods } from '../../core/contract/subscription-words.ts';
import { listReports } from '../api/reports.ts';
import { listSubscriptions, saveSubscription } from '../api/subscriptions.ts';
import { KeptDraft } from '../controllers/kept-draft.ts';
import { QueryController } from '../controllers/query-controller.ts';
import { draftOf, inputOf, newDraft, type SubscriptionDraft } from '../pages/subscription-draft.ts';
import { controlStyles } from '../styles/controls.ts';
import { formStyles } from '../styles/form.ts';
import { longFormStyles } from '../styles/long-form.ts';
import { textStyles } from '../styles/text.ts';
import { draftFoot } from './draft-foot.ts';
import { selectField, textArea, textField } from './form-field.ts';
import { periodTexts, weekdayNames } from './subscription-words.ts';

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
  previous_days: msg('As many days before'),
  previous_month: msg('The same days a month before'),
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

  readonly #draft = new KeptDraft<Subscription, SubscriptionDraft>(this, {
    kept: () => this.subscription,
    fresh: () =>
      newDraft(
        readerZone,
        this.datasets.slice(0, 1).map(({ slug }) => slug),
      ),
    typedOf: draftOf,
    mine: inputOfKnown,
    save: async (typed, known) => {
      const { subscription } = await saveSubscription(inputOfKnown(typed, known), known);
      return subscription.name;
    },
    reread: async () => {
      const all = (await listSubscriptions()).map(({ subscription }) => subscription);
      return all.find(({ name }) => name === this.subscription?.name);
    },
  });

  readonly #reports = new QueryController<string, ReportEntry[]>(this, {
    key: () => this.#draft.typed.datasets[0],
    subject: (slug) => slug,
    fetch: (slug, signal) => listReports(slug, signal),
  });

  override render() {
    const { typed: draft, save } = this.#draft;
    return html`<form novalidate @submit=${save}>
      ${textField({ ...this.#of('name'), label: msg('Name'), hint: msg('It stands in the subject of the mails.'), isFixed: this.subscription !== undefined })}
      ${textArea({ ...this.#of('recipients'), label: msg('Recipients'), hint: msg('One address a line, up to 50. Each gets a mail of its own.') })}
      <div class="row">
        ${selectField({ ...this.#of('kind'), label: msg('When'), options: Object.entries(kinds) })}
        ${draft.kind === 'weekly' ? selectField({ ...this.#of('weekday'), label: msg('Weekday'), options: Object.entries(weekdayNames) }) : nothing}
        ${draft.kind === 'monthly' ? selectField({ ...this.#of('day'), label: msg('Day'), options: days.map((day) => [day, day]) }) : nothing}
        ${draft.kind === 'cron' ? textField({ ...this.#of('expression'), label: msg('Cron'), hint: msg('Minute, hour, day, month, weekday.') }) : textField({ ...this.#of('at'), label: msg('At'), hint: msg('Such as 07:30.') })}
        ${textField({ ...this.#of('timeZone'), label: msg('Time zone'), hint: msg('By whose clock.'), list: 'zones' })}
      </div>
      <div class="row">
        ${selectField({ ...this.#of('period'), label: msg('About'), options: digestPeriods.map((period) => [period, periodTexts[period]]) })}
        ${selectField({ ...this.#of('comparison'), label: msg('Compared with'), options: Object.entries(comparisons) })}
        ${textField({ ...this.#of('locale'), label: msg('Numbers as in'), hint: msg('Such as en, en-GB or de.') })}
      </div>
      ${this.#choices(
        'datasets',
        msg('Datasets'),
        this.datasets.map(({ slug, name }) => [slug, name]),
      )}
      ${this.#choices('reports', msg('Reports'), this.#reportChoices(draft))}
      ${textArea({ ...this.#of('labels'), label: msg('Labels (optional)'), hint: msg('Names, one a line: they stand beside all.') })}
      <fieldset class="choices">
        <label><input type="checkbox" id="onlyWhenChanged" .checked=${draft.onlyWhenChanged} @change=${this.#tick} />
          ${msg('Only when something changed, or an alert fired')}</label>
      </fieldset>
      ${draftFoot(this.#draft)}
      <datalist id="zones">${timeZones.map((zone) => html`<option value=${zone}></option>`)}</datalist>
    </form>`;
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

  #of(id: Exclude<keyof SubscriptionDraft, 'datasets' | 'reports' | 'onlyWhenChanged'>) {
    const change = (value: string) => this.#draft.set({ [id]: value });
    return { id, value: this.#draft.typed[id], change };
  }

  #choices(
    field: 'datasets' | 'reports',
    legend: string,
    choices: readonly (readonly [string, string])[],
  ) {
    const chosen = this.#draft.typed[field];
    const change = (value: string) => (event: Event) => {
      const isOn = (event.target as HTMLInputElement).checked;
      const others = chosen.filter((one) => one !== value);
      this.#draft.set({ [field]: isOn ? [...others, value] : others });
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

  #tick(event: Event) {
    this.#draft.set({ onlyWhenChanged: (event.target as HTMLInputElement).checked });
  }
}

/** Whether it rests is not asked for here: it stays as it was loaded. */
function inputOfKnown(typed: SubscriptionDraft, known: Subscription | undefined) {
  return inputOf(typed, known?.paused ?? false);
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-subscription-form': SubscriptionForm;
  }
}
