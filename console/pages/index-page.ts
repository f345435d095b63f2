/** What the session index holds, so that searches find it: fields, the text of pages, and the making of the past. */
import { msg, str } from '@lit/localize';
import { html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Dataset } from '../../core/contract/dataset.ts';
import type { Completion } from '../../core/contract/event-life.ts';
import type { IndexRules, IndexState } from '../../core/contract/search.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import { readCompletion } from '../api/conditions.ts';
import { isConflict } from '../api/knowing.ts';
import { cancelIndex, readIndex, remakeIndex, saveIndex } from '../api/search.ts';
import '../components/confirm-button.ts';
import '../components/conflict-note.ts';
import '../components/error-note.ts';
import '../components/name-list.ts';
import { formatBytes, formatCount } from '../components/number-format.ts';
import { QueryController } from '../controllers/query-controller.ts';
import { RefreshController } from '../controllers/refresh-controller.ts';
import { UnsavedInput } from '../controllers/unsaved-input.ts';
import { controlStyles } from '../styles/controls.ts';
import { fieldsetStyles } from '../styles/fieldset.ts';
import { pageStyles } from '../styles/page.ts';
import { rulesPageStyles } from '../styles/rules-page.ts';
import { textStyles } from '../styles/text.ts';

const askEveryMs = 1_500;

@customElement('cn-index-page')
export class IndexPage extends LitElement {
  static override styles = [textStyles, controlStyles, fieldsetStyles, pageStyles, rulesPageStyles];

  @property({ attribute: false }) open: Dataset | undefined;
  /** The rules as somebody changes them here; undefined while nobody has. */
  @state() private draft: IndexRules | undefined;
  /** The rules that the draft began with. */
  @state() private known: IndexRules | undefined;
  @state() private theirs: IndexRules | undefined;
  @state() private error: ApiError | undefined;
  @state() private busy = false;
  @state() private said = '';
  #slug = '';

  readonly #state = new RefreshController<IndexState>(this, {
    everyMs: askEveryMs,
    subject: () => this.open?.slug,
    fetch: (signal) => readIndex(this.open?.slug ?? '', signal),
  });
  readonly #names = new QueryController<string, Completion>(this, {
    key: () => this.open?.slug,
    subject: (slug) => slug,
    fetch: (slug, signal) => readCompletion(slug, signal),
  });

  constructor() {
    super();
    new UnsavedInput(this, { typed: () => this.draft, saved: () => this.known });
  }

  protected override willUpdate(): void {
    if (this.open === undefined || this.open.slug === this.#slug) return;
    this.#slug = this.open.slug;
    this.#forget();
    this.said = '';
  }

  #forget() {
    this.draft = undefined;
    this.known = undefined;
    this.theirs = undefined;
    this.error = undefined;
  }

  override render() {
    const { value, error } = this.#state;
    const problem = this.error ?? error;
    return html`<header class="page-head"><h1>${msg('Index')}</h1></header>
      <p class="intro">
        ${msg('Texts that the index holds are found in an instant. Others are found only where few sessions have to be read. It is made of stored sessions in the background; the old one answers until then.')}
      </p>
      ${problem ? html`<cn-error-note .error=${problem} @cn-retry=${() => this.#state.ask()}></cn-error-note>` : nothing}
      ${value && this.open ? this.#body(this.open.slug, value) : problem ? nothing : html`<p class="caption" role="status">${msg('Loading …')}</p>`}`;
  }

  #body(slug: string, now: IndexState) {
    const draft = this.draft ?? now.rules;
    return html`<section>
        <h2>${msg('Fields')}</h2>
        <cn-name-list
          label=${msg('Field')}
          .names=${draft.fields}
          .known=${this.#fields()}
          @cn-names=${(event: CustomEvent<string[]>) => this.#set(now, { fields: event.detail })}
        ></cn-name-list>
        <p>
          <label class="check"
            ><input
              type="checkbox"
              .checked=${draft.pageText}
              @change=${(event: Event) => this.#set(now, { pageText: (event.target as HTMLInputElement).checked })}
            />${msg('The text of pages, where responses are captured')}</label
          >
        </p>
        <div class="actions">
          <button class="button first" type="button" ?disabled=${this.draft === undefined || this.busy} @click=${() => this.#save(slug)}>
            ${msg('Save and index the past')}
          </button>
          ${this.draft === undefined ? nothing : html`<button class="button plain" type="button" @click=${() => this.#forget()}>${msg('Discard')}</button>`}
        </div>
        ${this.#conflict(slug, draft)}
        <p class="said" role="status">${this.said}</p>
      </section>
      <section>
        <h2>${msg('How it stands')}</h2>
        ${this.#standing(slug, now)}
      </section>`;
  }

  /** Texts of hits, steps and sessions; what is in the tables needs no index. */
  #fields(): string[] {
    const { fields = [], hitAttributes = [], sessionAttributes = [] } = this.#names.value ?? {};
    return [
      ...fields
        .filter(
          ({ type, home, name }) => type === 'text' && home !== 'event' && !name.includes('NAME'),
        )
        .map(({ name }) => name),
      ...hitAttributes.map(({ name, home }) => `${home}_attribute.${name}`),
      ...sessionAttributes.map((name) => `session_attribute.${name}`),
    ];
  }

  #standing(slug: string, { making, storedSessions, indexedSessions, values, bytes }: IndexState) {
    if (making !== undefined) {
      const far = msg(
        str`${formatCount(making.indexedSessions)} of ${formatCount(storedSessions)} sessions are indexed anew.`,
      );
      return html`<div class="progress" role="status">
        <span>${far}</span>
        <progress aria-label=${msg('Sessions')} max=${Math.max(1, storedSessions)} .value=${making.indexedSessions}></progress>
        <cn-confirm-button label=${msg('Cancel')} @cn-confirm=${() => this.#do(() => cancelIndex(slug), msg('It was cancelled: the rules are those of the index that answers.'))}></cn-confirm-button>
      </div>`;
    }
    return html`<p>
        ${msg(str`It holds ${formatCount(values)} values of ${formatCount(indexedSessions)} sessions, in ${formatBytes(bytes)}.`)}
      </p>
      <div class="actions">
        <cn-confirm-button label=${msg('Make it anew')} @cn-confirm=${() => this.#do(() => remakeIndex(slug), msg('It is made anew; the old one answers until then.'))}></cn-confirm-button>
      </div>`;
  }

  #conflict(slug: string, mine: IndexRules) {
    const theirs = this.theirs;
    if (theirs === undefined) return nothing;
    return html`<cn-conflict-note
      name=${msg('Index')}
      .theirs=${theirs}
      .mine=${mine}
      @cn-take-theirs=${() => this.#forget()}
      @cn-keep-mine=${() => {
        this.known = theirs;
        void this.#save(slug);
      }}
    ></cn-conflict-note>`;
  }

  #set({ rules }: IndexState, part: Partial<IndexRules>) {
    this.known ??= rules;
    this.draft = { ...(this.draft ?? rules), ...part };
    this.error = undefined;
    this.said = '';
  }

  async #save(slug: string): Promise<void> {
    const [draft, known] = [this.draft, this.known];
    if (draft === undefined || known === undefined) return;
    this.theirs = undefined;
    await this.#do(async () => {
      await saveIndex(slug, draft, known);
      // What was chosen meanwhile is for the next time.
      if (this.draft === draft) this.#forget();
      else this.known = draft;
    }, msg('Saved. What the index does not hold yet is made now.'));
  }

  async #do(act: () => Promise<unknown>, said: string): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.error = undefined;
    this.said = '';
    try {
      await act();
      this.said = said;
    } catch (error) {
      const refused = asApiError(error);
      if (isConflict(refused)) this.theirs = (await readIndex(this.#slug)).rules;
      else this.error = refused;
    } finally {
      this.busy = false;
    }
    await this.#state.ask();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-index-page': IndexPage;
  }
}
