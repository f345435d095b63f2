/**
 * When sessions end: the rules in force, changed ones tried over the past, what that would move, and the recut applied,
 * thrown away, or taken back.
 */

import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Dataset } from '../../core/contract/dataset.ts';
import type { SessionRules } from '../../core/contract/session-rules.ts';
import type { RecutSummary, UpkeepJob } from '../../core/contract/upkeep.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import { isConflict } from '../api/knowing.ts';
import {
  beginApply,
  beginRecut,
  cancelWork,
  discardRecut,
  followWork,
  readRecut,
} from '../api/upkeep.ts';
import '../components/confirm-button.ts';
import '../components/error-note.ts';
import { checkEntry } from '../components/form-entry.ts';
import { formatCount, formatSpan } from '../components/number-format.ts';
import '../components/recut-figures.ts';
import '../components/retention-form.ts';
import { type DatasetsValue, datasetsContext } from '../context/datasets.ts';
import { oneAtATime } from '../controllers/one-at-a-time.ts';
import { UnsavedInput } from '../controllers/unsaved-input.ts';
import { controlStyles } from '../styles/controls.ts';
import { fieldsetStyles } from '../styles/fieldset.ts';
import { pageStyles } from '../styles/page.ts';
import { rulesPageStyles } from '../styles/rules-page.ts';
import { textStyles } from '../styles/text.ts';

const minuteMs = 60_000;

@customElement('cn-rules-page')
export class RulesPage extends LitElement {
  static override styles = [textStyles, controlStyles, fieldsetStyles, pageStyles, rulesPageStyles];

  @property({ attribute: false }) open: Dataset | undefined;
  @consume({ context: datasetsContext, subscribe: true })
  @state()
  private datasets: DatasetsValue | undefined;
  @state() private draft: SessionRules | undefined;
  /** What waits to be applied, or was applied just now. */
  @state() private summary: RecutSummary | undefined;
  @state() private job: UpkeepJob | undefined;
  /** From the press on, before the server has given it a number. */
  @state() private isAtWork = false;
  @state() private error: ApiError | undefined;
  @state() private said = '';
  readonly #once = oneAtATime(this);
  #slug = '';

  constructor() {
    super();
    new UnsavedInput(this, {
      typed: () => this.draft && rulesOf(this.draft),
      saved: () => {
        const inForce = this.summary?.rules ?? this.open;
        return inForce && rulesOf(inForce);
      },
    });
  }

  protected override willUpdate(_changed: PropertyValues): void {
    const { open } = this;
    if (open === undefined || open.slug === this.#slug) return;
    this.#slug = open.slug;
    this.draft = rulesOf(open);
    this.summary = undefined;
    this.job = undefined;
    this.isAtWork = false;
    this.said = '';
    void this.#load(open.slug);
  }

  /** The form is there before its answer: what was typed meanwhile stays. */
  async #load(slug: string): Promise<void> {
    const { draft } = this;
    try {
      const { recut } = await readRecut(slug);
      if (this.#slug !== slug || recut === undefined) return;
      this.summary = recut;
      if (this.draft === draft) this.draft = recut.rules;
    } catch (error) {
      this.error = asApiError(error);
    }
  }

  override render() {
    const { open, draft, summary } = this;
    if (open === undefined || draft === undefined) return nothing;
    return html`<header class="page-head"><h1>${msg('Session rules')}</h1></header>
      <p class="intro">
        ${msg('A session ends when its visitor has been idle for so long, and by the other rules. New rules are tried over the past first: nothing changes until they are applied, and they can be taken back.')}
      </p>
      ${
        open.idleTimeoutMsInForce === undefined
          ? nothing
          : html`<p class="caption">
              ${msg(str`At present CANISTER_IDLE_TIMEOUT_MS goes before the idle timeout: sessions of all datasets end after ${formatSpan(open.idleTimeoutMsInForce)}.`)}
            </p>`
      }
      ${this.#form(open, draft)}
      ${this.error ? html`<cn-error-note .error=${this.error}></cn-error-note>` : nothing}
      ${this.#progress()}
      <p class="said" role="status">${this.said}</p>
      ${summary === undefined ? nothing : this.#outcome(open, summary)}
      <section>
        <h2>${msg('Retention')}</h2>
        <cn-retention-form .open=${open} @cn-saved=${() => this.datasets?.reload()}></cn-retention-form>
      </section>`;
  }

  #form(open: Dataset, draft: SessionRules) {
    return html`<form novalidate @submit=${(event: Event) => this.#try(event, open.slug)}>
      <div class="line">
        <label class="entry"
          ><span>${msg('Idle timeout in minutes')}</span
          ><input
            class="field"
            type="number"
            step="any"
            min="0"
            .value=${String(draft.idleTimeoutMs / minuteMs)}
            @input=${(event: Event) => this.#set({ idleTimeoutMs: Math.round(Number((event.target as HTMLInputElement).value) * minuteMs) })}
        /></label>
        ${this.#check('cutAtMidnight', msg(str`Cut at midnight (${open.timeZone})`), draft)}
        ${this.#check('cutOnNewCampaign', msg('Cut when a visitor comes by another campaign'), draft)}
      </div>
      <div class="actions">
        <button class="button first" type="submit" ?disabled=${this.isAtWork}>${msg('Show what would move')}</button>
      </div>
    </form>`;
  }

  #check(field: 'cutAtMidnight' | 'cutOnNewCampaign', label: string, draft: SessionRules) {
    return checkEntry(label, draft[field], (on) => this.#set({ [field]: on }));
  }

  #progress() {
    const job = this.job;
    if (job === undefined) return nothing;
    const { done, total, number } = job;
    const far =
      total === undefined
        ? ''
        : `: ${msg(str`${formatCount(done)} of ${formatCount(total)} sessions`)}`;
    return html`<div class="progress" role="status">
      <span>${job.kind === 'apply_recut' ? msg('Putting the recut in place') : msg('Recutting')}${far} …</span>
      ${total ? html`<progress aria-label=${msg('Sessions')} max=${total} .value=${done}></progress>` : nothing}
      <button class="button" type="button" @click=${() => this.#cancel(number)}>${msg('Cancel')}</button>
    </div>`;
  }

  #cancel(number: number): Promise<void> {
    return this.#once(async () => {
      try {
        await cancelWork(number);
      } catch (error) {
        this.error = asApiError(error);
      }
    });
  }

  #outcome({ slug }: Dataset, summary: RecutSummary) {
    const busy = this.isAtWork;
    return html`<section>
      <h2>${summary.applied ? msg('What has moved') : msg('What would move')}</h2>
      <cn-recut-figures .summary=${summary}></cn-recut-figures>
      <div class="actions">
        ${
          summary.applied
            ? html`<button class="button" type="button" ?disabled=${busy} @click=${() => this.#takeBack(slug, summary)}>
                ${msg('Take it back: try the rules of before')}
              </button>`
            : html`<cn-confirm-button label=${msg('Apply to the past and from now on')} ?disabled=${busy} @cn-confirm=${() => this.#apply(slug, summary)}></cn-confirm-button>
                <button class="button plain" type="button" ?disabled=${busy} @click=${() => this.#discard(slug, summary)}>${msg('Discard')}</button>`
        }
      </div>
    </section>`;
  }

  #set(part: Partial<SessionRules>) {
    if (this.draft) this.draft = { ...this.draft, ...part };
    this.error = undefined;
  }

  #try(event: Event, slug: string) {
    event.preventDefault();
    const { draft } = this;
    if (draft) void this.#work(slug, () => beginRecut(slug, draft), msg('Nothing is changed yet.'));
  }

  #takeBack(slug: string, { rulesBefore }: RecutSummary) {
    this.draft = rulesBefore;
    return this.#work(slug, () => beginRecut(slug, rulesBefore), msg('Nothing is changed yet.'));
  }

  #apply(slug: string, shown: RecutSummary) {
    return this.#work(
      slug,
      () => beginApply(slug, shown),
      msg('The new sessions are in place, and the new rules are in force.'),
    );
  }

  async #discard(slug: string, shown: RecutSummary): Promise<void> {
    if (this.isAtWork) return;
    const { draft } = this;
    this.isAtWork = true;
    try {
      await discardRecut(slug, shown);
      this.summary = undefined;
      if (this.open && this.draft === draft) this.draft = rulesOf(this.open);
      this.said = msg('The recut is gone; nothing was changed.');
    } catch (error) {
      await this.#refused(slug, error);
    } finally {
      if (this.#slug === slug) this.isAtWork = false;
    }
  }

  /** Somebody else has tried other rules meanwhile: what waits now is shown before anything is done with it. */
  async #refused(slug: string, error: unknown): Promise<void> {
    this.error = asApiError(error);
    if (!isConflict(this.error)) return;
    this.summary = undefined;
    await this.datasets?.reload();
    await this.#load(slug);
  }

  async #work(slug: string, begin: () => Promise<number>, said: string): Promise<void> {
    if (this.isAtWork) return;
    this.isAtWork = true;
    this.error = undefined;
    this.said = '';
    try {
      const number = await begin();
      const { state, result } = await followWork(number, (job) => {
        if (this.#slug === slug) this.job = job;
      });
      if (this.#slug !== slug) return;
      this.said = state === 'cancelled' ? msg('It was cancelled; nothing was changed.') : said;
      if (state === 'done') this.summary = result as RecutSummary;
      // The rules of the dataset are others now.
      if (this.summary?.applied) await this.datasets?.reload();
    } catch (error) {
      if (this.#slug === slug) await this.#refused(slug, error);
    } finally {
      if (this.#slug === slug) {
        this.job = undefined;
        this.isAtWork = false;
      }
    }
  }
}

const rulesOf = ({
  idleTimeoutMs,
  cutAtMidnight,
  cutOnNewCampaign,
}: SessionRules): SessionRules => ({
  idleTimeoutMs,
  cutAtMidnight,
  cutOnNewCampaign,
});

declare global {
  interface HTMLElementTagNameMap {
    'cn-rules-page': RulesPage;
  }
}
