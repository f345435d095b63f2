/** What a dataset makes of its hits: URLs, channels, exclusions and robots; tried, set, and brought to the past. */
import { msg, str } from '@lit/localize';
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Dataset } from '../../core/contract/dataset.ts';
import { type ExcludedHits, type HitRules, robotPurposes } from '../../core/contract/hit-rules.ts';
import type { UpkeepJob } from '../../core/contract/upkeep.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import { readExcluded, readHitRules, setHitRules } from '../api/hit-rules.ts';
import { isConflict } from '../api/knowing.ts';
import { beginRebuild, followWork } from '../api/upkeep.ts';
import '../components/confirm-button.ts';
import '../components/conflict-note.ts';
import '../components/error-note.ts';
import '../components/hit-trial.ts';
import { formatCount } from '../components/number-format.ts';
import '../components/rule-rows.ts';
import type { RuleRow } from '../components/rule-rows.ts';
import '../components/url-rules-form.ts';
import { oneAtATime } from '../controllers/one-at-a-time.ts';
import { QueryController } from '../controllers/query-controller.ts';
import { UnsavedInput } from '../controllers/unsaved-input.ts';
import { controlStyles } from '../styles/controls.ts';
import { fieldsetStyles } from '../styles/fieldset.ts';
import { pageStyles } from '../styles/page.ts';
import { rulesPageStyles } from '../styles/rules-page.ts';
import { textStyles } from '../styles/text.ts';

@customElement('cn-hit-rules-page')
export class HitRulesPage extends LitElement {
  static override styles = [textStyles, controlStyles, fieldsetStyles, pageStyles, rulesPageStyles];

  @property({ attribute: false }) open: Dataset | undefined;
  @state() private draft: HitRules | undefined;
  @state() private excluded: ExcludedHits = [];
  @state() private job: UpkeepJob | undefined;
  @state() private error: ApiError | undefined;
  @state() private said = '';
  @state() private saving = false;
  /** What somebody else has set meanwhile. */
  @state() private theirs: HitRules | undefined;
  readonly #once = oneAtATime(this);
  /** They as they were loaded, or saved last. */
  #known: HitRules | undefined;
  #slug = '';

  readonly #read = new QueryController<string, HitRules>(this, {
    key: () => this.open?.slug,
    subject: (slug) => slug,
    fetch: async (slug, signal) => {
      const [rules, excluded] = await Promise.all([
        readHitRules(slug, signal),
        readExcluded(slug, signal),
      ]);
      if (this.open?.slug === slug) {
        this.draft = rules;
        this.#known = rules;
        this.excluded = excluded;
      }
      return rules;
    },
  });

  constructor() {
    super();
    new UnsavedInput(this, { typed: () => this.draft, saved: () => this.#known });
  }

  protected override willUpdate(_changed: PropertyValues): void {
    const { open } = this;
    if (open === undefined || open.slug === this.#slug) return;
    this.#slug = open.slug;
    this.draft = undefined;
    this.theirs = undefined;
    this.error = undefined;
    this.said = '';
  }

  override render() {
    const { open, draft } = this;
    if (open === undefined) return nothing;
    const unread = this.#read.error;
    return html`<header class="page-head"><h1>${msg('Hit rules')}</h1></header>
      <p class="intro">
        ${msg('What is made of hits of pages, programs and logs. Changed rules hold for hits that come from then on; making the tables anew brings the past under them. Every hit is kept as it was, so each rule can be taken back.')}
      </p>
      ${draft ? this.#form(open.slug, draft) : unread ? nothing : html`<p class="caption" role="status">${msg('Loading …')}</p>`}
      ${unread ? html`<cn-error-note .error=${unread} @cn-retry=${() => this.#read.retry()}></cn-error-note>` : nothing}
      ${this.error ? html`<cn-error-note .error=${this.error}></cn-error-note>` : nothing}
      ${draft === undefined ? nothing : this.#conflict(open.slug, draft)}
      <p class="said" role="status">${this.said}</p>
      ${
        draft === undefined
          ? nothing
          : html`<section>
              <h2>${msg('Try them on a request')}</h2>
              <cn-hit-trial .slug=${open.slug} .rules=${draft}></cn-hit-trial>
            </section>`
      }`;
  }

  #conflict(slug: string, mine: HitRules) {
    const theirs = this.theirs;
    if (theirs === undefined) return nothing;
    // The version says which rules one knows, not what they are.
    const { version } = theirs;
    return html`<cn-conflict-note
      name=${msg('Hit rules')}
      .theirs=${theirs}
      .mine=${{ ...mine, version }}
      @cn-take-theirs=${() => {
        this.draft = theirs;
        this.#known = theirs;
        this.theirs = undefined;
      }}
      @cn-keep-mine=${() => {
        this.draft = { ...mine, version };
        void this.#save(slug);
      }}
    ></cn-conflict-note>`;
  }

  #form(slug: string, draft: HitRules) {
    return html`<form novalidate @submit=${(event: Event) => {
      event.preventDefault();
      void this.#save(slug);
    }}>
      <fieldset>
        <legend>${msg('URLs')}</legend>
        <cn-url-rules-form
          .rules=${draft.urls}
          @cn-url-rules=${({ detail }: CustomEvent<HitRules['urls']>) => this.#set({ urls: detail })}
        ></cn-url-rules-form>
      </fieldset>
      <fieldset>
        <legend>${msg('Exclusions')}</legend>
        <p class="quiet">${msg('A hit for which a condition holds is in no figure, and is counted under the name.')}</p>
        ${this.#rows(
          draft.exclusions,
          [
            { name: 'name', label: msg('Name') },
            { name: 'condition', label: msg('Condition'), wide: true },
          ],
          msg('Add an exclusion'),
          (rows) => ({ exclusions: rows as unknown as HitRules['exclusions'] }),
          draft.exclusions.map(({ name }) => this.#leftOut(name)),
        )}
      </fieldset>
      <fieldset>
        <legend>${msg('Own channels')}</legend>
        <p class="quiet">${msg('They come before the usual ones; the first whose condition holds counts.')}</p>
        ${this.#rows(
          draft.channels,
          [
            { name: 'channel', label: msg('Channel') },
            { name: 'condition', label: msg('Condition'), wide: true },
          ],
          msg('Add a channel'),
          (rows) => ({ channels: rows as unknown as HitRules['channels'] }),
        )}
      </fieldset>
      <fieldset>
        <legend>${msg('Robots')}</legend>
        ${this.#behaviour(draft)}
        ${this.#rows(
          draft.robots,
          [
            { name: 'name', label: msg('Name') },
            { name: 'userAgentContains', label: msg('User agent contains'), wide: true },
            { name: 'purpose', label: msg('Purpose'), choices: robotPurposes },
          ],
          msg('Add a robot'),
          (rows) => ({ robots: rows as unknown as HitRules['robots'] }),
        )}
      </fieldset>
      <div class="actions">
        <button class="button first" type="submit" ?disabled=${this.saving}>${msg('Set the rules')}</button>
        <cn-confirm-button
          .label=${msg('Make the tables anew')}
          ?disabled=${this.job !== undefined}
          @cn-confirm=${() => this.#once(() => this.#rebuild(slug))}
        ></cn-confirm-button>
        <span class="quiet">${msg(str`Version ${draft.version}`)}</span>
      </div>
    </form>`;
  }

  #rows(
    rows: readonly object[],
    columns: readonly object[],
    addLabel: string,
    change: (rows: readonly RuleRow[]) => Partial<HitRules>,
    asides: readonly string[] = [],
  ) {
    return html`<cn-rule-rows
      .rows=${rows as readonly RuleRow[]}
      .columns=${columns}
      .asides=${asides}
      .addLabel=${addLabel}
      @cn-rows=${({ detail }: CustomEvent<readonly RuleRow[]>) => this.#set(change(detail))}
    ></cn-rule-rows>`;
  }

  #behaviour({ behaviour }: HitRules) {
    const number = (name: 'noAssetsPageViews' | 'regularPageViews', label: string) =>
      html`<label class="entry"
        ><span>${label}</span
        ><input
          class="field"
          type="number"
          min="0"
          .value=${String(behaviour[name])}
          @change=${(event: Event) => this.#set({ behaviour: { ...behaviour, [name]: Number((event.target as HTMLInputElement).value) } })}
      /></label>`;
    return html`<div class="line">
      <label class="check"
        ><input
          type="checkbox"
          .checked=${behaviour.robotsTxtFirst}
          @change=${(event: Event) => this.#set({ behaviour: { ...behaviour, robotsTxtFirst: (event.target as HTMLInputElement).checked } })}
        />${msg('Who asks for robots.txt first')}</label
      >
      ${number('noAssetsPageViews', msg('Page views in a log without a file, 0 for never'))}
      ${number('regularPageViews', msg('Page views at regular intervals, 0 for never'))}
    </div>`;
  }

  #leftOut(name: string): string {
    const hits = this.excluded
      .filter(({ rule }) => rule === name)
      .reduce((sum, one) => sum + one.hits, 0);
    const count = formatCount(hits);
    return hits === 0 ? '' : msg(str`${count} left out`);
  }

  #set(part: Partial<HitRules>): void {
    if (this.draft) this.draft = { ...this.draft, ...part };
    this.error = undefined;
    this.said = '';
  }

  async #save(slug: string): Promise<void> {
    const sent = this.draft;
    if (sent === undefined || this.saving) return;
    this.saving = true;
    this.theirs = undefined;
    try {
      const kept = await setHitRules(slug, sent);
      if (this.#slug !== slug) return;
      // What was typed meanwhile is for the next time.
      const typed = this.draft ?? sent;
      this.draft = typed === sent ? kept : { ...typed, version: kept.version };
      this.#known = kept;
      this.error = undefined;
      this.said = msg('They hold for hits that come from now on.');
    } catch (error) {
      const refused = asApiError(error);
      if (isConflict(refused)) this.theirs = await readHitRules(slug);
      else this.error = refused;
    } finally {
      this.saving = false;
    }
  }

  async #rebuild(slug: string): Promise<void> {
    this.error = undefined;
    this.said = msg('The tables are made anew …');
    try {
      const { state } = await followWork(await beginRebuild(slug), (job) => {
        this.job = job;
      });
      if (this.#slug !== slug) return;
      this.said =
        state === 'done'
          ? msg('The past is under the rules in force.')
          : msg('It was cancelled; nothing was changed.');
      this.excluded = await readExcluded(slug);
    } catch (error) {
      this.said = '';
      this.error = asApiError(error);
    } finally {
      this.job = undefined;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-hit-rules-page': HitRulesPage;
  }
}
