/** How long sessions and what is made of them are kept: what would go is shown before anything goes. Fires `cn-saved`. */
import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { addDays } from '../../core/contract/calendar.ts';
import type { Dataset } from '../../core/contract/dataset.ts';
import { retentionOf } from '../../core/contract/retention-names.ts';
import type { RetentionResult, RetentionRules } from '../../core/contract/upkeep.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import { isConflict } from '../api/knowing.ts';
import { readRetention, setRetention, tryRetention } from '../api/retention.ts';
import { UnsavedInput } from '../controllers/unsaved-input.ts';
import { controlStyles } from '../styles/controls.ts';
import { fieldsetStyles } from '../styles/fieldset.ts';
import { textStyles } from '../styles/text.ts';
import './confirm-button.ts';
import './conflict-note.ts';
import './error-note.ts';
import { counted, formatCount } from './number-format.ts';
import { formatDay, formatRange } from './time-format.ts';

const gigabyte = 1_000_000_000;

const empty = { days: '', gigabytes: '', indexDays: '', publishedDays: '' };
type Entry = keyof typeof empty;

const entriesOf = (rules: RetentionRules) => ({
  days: textOf(rules.keepSessionsDays),
  gigabytes: textOf(rules.keepBytesMax && rules.keepBytesMax / gigabyte),
  indexDays: textOf(rules.keepIndexDays),
  publishedDays: textOf(rules.keepPublishedDays),
});
const rulesOf = ({ days, gigabytes, indexDays, publishedDays }: typeof empty) => ({
  keepSessionsDays: numberOf(days),
  keepBytesMax: numberOf(gigabytes, gigabyte),
  keepIndexDays: numberOf(indexDays),
  keepPublishedDays: numberOf(publishedDays),
});
/** Rules as a dataset has them: what is taken away is not there. */
const setOf = (rules: ReturnType<typeof rulesOf>): RetentionRules =>
  Object.fromEntries(Object.entries(rules).filter(([, value]) => value !== null));
const textOf = (value: number | undefined) => (value === undefined ? '' : String(value));
/** An empty field takes the rule away. */
const numberOf = (text: string, unit = 1) =>
  text === '' ? null : Math.round(Number(text) * unit * 1_000) / 1_000;

const dayWords = (day: string | undefined) => (day === undefined ? '' : formatDay(day));
/** From the first to the last of days in their order. */
const spanOf = (days: readonly string[]) => {
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return '';
  return formatRange({ from: first, to: addDays(last, 1) });
};

@customElement('cn-retention-form')
export class RetentionForm extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    fieldsetStyles,
    css`
      .about {
        max-width: 44rem;
        margin: 0 0 var(--space-3);
      }
    `,
  ];

  @property({ attribute: false }) open: Dataset | undefined;
  @state() private entries = empty;
  @state() private result: RetentionResult | undefined;
  @state() private error: ApiError | undefined;
  @state() private busy = false;
  /** What somebody else has set meanwhile. */
  @state() private theirs: RetentionRules | undefined;
  /** The rules as they were loaded. */
  #known: RetentionRules = {};
  #slug = '';

  constructor() {
    super();
    new UnsavedInput(this, { typed: () => this.entries, saved: () => entriesOf(this.#known) });
  }

  protected override willUpdate(_changed: PropertyValues): void {
    if (this.open === undefined || this.open.slug === this.#slug) return;
    this.#slug = this.open.slug;
    this.#load(retentionOf(this.open));
  }

  #load(rules: RetentionRules) {
    this.#known = rules;
    this.entries = entriesOf(rules);
    this.result = undefined;
    this.error = undefined;
    this.theirs = undefined;
  }

  override render() {
    return html`<p class="caption about">
        ${msg('Sessions that are older, or beyond the room, are removed with all that is known of them. Left empty they are kept for good.')}
      </p>
      <form novalidate @submit=${(event: Event) => this.#submit(event)}>
        <div class="line">
          ${this.#number('days', msg('Keep days'))} ${this.#number('gigabytes', msg('Keep at most, in GB'))}
        </div>
        <div class="line">
          ${this.#number('indexDays', msg('Days in the index'))} ${this.#number('publishedDays', msg('Published days'))}
        </div>
        <p class="caption about">
          ${msg('The index with its page text, and the published files that SQL reads, may hold less than the sessions.')}
        </p>
        ${this.error ? html`<cn-error-note .error=${this.error}></cn-error-note>` : nothing}
        ${this.#conflict()}
        <div class="actions">
          <button class="button" type="submit" ?disabled=${this.busy}>${msg('Show what would go')}</button>
          ${
            this.result?.applied === false
              ? html`<cn-confirm-button label=${msg('Set it, and remove that')} ?disabled=${this.busy} @cn-confirm=${() => this.#ask(false)}></cn-confirm-button>`
              : nothing
          }
        </div>
        <div role="status">${this.result ? this.#outcome(this.result) : nothing}</div>
      </form>`;
  }

  #conflict() {
    const theirs = this.theirs;
    if (theirs === undefined) return nothing;
    return html`<cn-conflict-note
      name=${msg('Retention')}
      .theirs=${theirs}
      .mine=${setOf(rulesOf(this.entries))}
      @cn-take-theirs=${() => this.#load(theirs)}
      @cn-keep-mine=${() => {
        this.#known = theirs;
        void this.#ask(false);
      }}
    ></cn-conflict-note>`;
  }

  #outcome({ applied, days, sessions, hits, indexDays, publishedDays }: RetentionResult) {
    const span = spanOf(days.map(({ day }) => day));
    const all = counted(days.length, msg('# day|# days'));
    const counts = [formatCount(sessions), formatCount(hits)];
    const gone = applied
      ? msg(str`${all} (${span}) with ${counts[0]} sessions and ${counts[1]} hits have gone.`)
      : msg(str`${all} (${span}) with ${counts[0]} sessions and ${counts[1]} hits would go.`);
    const none = applied ? msg('No session had to go.') : msg('No session would go now.');
    return html`<div class="outcome">
      <p>
        ${applied ? html`<b>${msg('These rules are in force.')}</b>` : nothing}
        ${days.length === 0 ? none : gone}
        ${indexDays.length === 0 ? nothing : msg(str`${counted(indexDays.length, msg('# day|# days'))} (to ${dayWords(indexDays.at(-1))}) leave the index.`)}
        ${publishedDays.length === 0 ? nothing : msg(str`${counted(publishedDays.length, msg('# day|# days'))} (to ${dayWords(publishedDays.at(-1))}) leave the published files.`)}
      </p>
    </div>`;
  }

  #number(field: Entry, label: string) {
    return html`<label class="entry"
      ><span>${label}</span
      ><input class="field" type="number" min="0" step="any" .value=${this.entries[field]} @input=${(event: Event) => this.#type(field, event)}
    /></label>`;
  }

  #type(field: Entry, event: Event) {
    this.entries = { ...this.entries, [field]: (event.target as HTMLInputElement).value };
    this.result = undefined;
    this.error = undefined;
  }

  #submit(event: Event) {
    event.preventDefault();
    void this.#ask(true);
  }

  async #ask(dryRun: boolean): Promise<void> {
    const { entries } = this;
    const rules = rulesOf(entries);
    this.busy = true;
    this.error = undefined;
    this.theirs = undefined;
    try {
      const result = dryRun
        ? await tryRetention(this.#slug, rules)
        : await setRetention(this.#slug, rules, this.#known);
      // What would go by other numbers than those in the form must not be agreed to.
      if (!dryRun || this.entries === entries) this.result = result;
      if (dryRun) return;
      this.#known = setOf(rules);
      this.dispatchEvent(new CustomEvent('cn-saved'));
    } catch (error) {
      const refused = asApiError(error);
      if (isConflict(refused)) this.theirs = await readRetention(this.#slug);
      else this.error = refused;
    } finally {
      this.busy = false;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-retention-form': RetentionForm;
  }
}
