/**
 * A field for a condition: it completes what is typed, asks the server whether it is understood, and marks the place
 * that is not. Fires `cn-condition` with the text at each change, and `cn-submit` at Enter (or Ctrl+Enter where a
 * condition may have lines). The list never takes the focus: arrows choose in it, Enter takes, Escape closes.
 */
import { msg, str } from '@lit/localize';
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { EventTrigger } from '../../core/contract/event.ts';
import type { ConditionVerdict } from '../../core/contract/event-life.ts';
import { checkCondition, readCompletion } from '../api/conditions.ts';
import { readIndex } from '../api/search.ts';
import { QueryController } from '../controllers/query-controller.ts';
import { conditionBoxStyles } from '../styles/condition-box.ts';
import { controlStyles } from '../styles/controls.ts';
import { textStyles } from '../styles/text.ts';
import {
  type CompletionNames,
  type Suggestion,
  type Suggestions,
  suggest,
} from './condition-completion.ts';

const checkAfterMs = 300;
const noSuggestions: Suggestions = { from: 0, to: 0, list: [] };

@customElement('cn-condition-box')
export class ConditionBox extends LitElement {
  static override styles = [textStyles, controlStyles, conditionBoxStyles];

  @property() slug = '';
  @property() label = msg('Condition');
  @property() value = '';
  @property() placeholder = '';
  /** The trigger of an event whose condition it is; without it the condition is one of a search. */
  @property() trigger: EventTrigger | undefined;
  /** The label is for screen readers alone. */
  @property({ type: Boolean }) bare = false;
  /** Enter begins a line; Ctrl+Enter sends. */
  @property({ type: Boolean }) multiline = false;
  @state() private suggestions = noSuggestions;
  @state() private active = -1;
  @state() private verdict: ConditionVerdict | undefined;
  /** While somebody types, a text that only lacks its end is not called wrong. */
  @state() private typing = false;

  readonly #names = new QueryController<string, CompletionNames>(this, {
    key: () => (this.slug === '' ? undefined : this.slug),
    subject: (slug) => slug,
    fetch: async (slug, signal) => {
      const [names, index] = await Promise.all([
        readCompletion(slug, signal),
        this.trigger === undefined ? readIndex(slug, signal) : undefined,
      ]);
      return { ...names, indexed: index?.serving?.fields ?? [] };
    },
  });
  /** Somebody typed before the names were there: the list opens when they come. */
  #awaitsNames = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #checking: AbortController | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.#checking?.abort();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('value') || changed.has('trigger') || changed.has('slug')) this.#checkSoon();
  }

  protected override updated(): void {
    if (this.#awaitsNames && this.#names.value !== undefined) this.#open();
  }

  override focus(): void {
    this.#area?.focus();
  }

  get #area(): HTMLTextAreaElement | null {
    return this.renderRoot.querySelector('textarea');
  }

  override render() {
    const { fault } = this;
    const isOpen = this.suggestions.list.length > 0;
    return html`<label for="text" class=${this.bare ? 'only-read' : ''}>${this.label}</label>
      <div class="paper field" aria-invalid=${String(fault !== undefined)}>
        <div class="mirror" aria-hidden="true">${this.#mirror(fault?.at)}</div>
        <textarea
          id="text"
          rows="1"
          spellcheck="false"
          autocapitalize="off"
          autocomplete="off"
          maxlength="10000"
          placeholder=${this.placeholder}
          aria-autocomplete="list"
          aria-haspopup="listbox"
          aria-controls=${isOpen ? 'list' : nothing}
          aria-activedescendant=${this.active >= 0 ? `option-${this.active}` : nothing}
          aria-invalid=${String(fault !== undefined)}
          aria-describedby="fault"
          .value=${this.value}
          @input=${this.#type}
          @click=${this.#close}
          @keydown=${this.#key}
          @blur=${this.#leave}
        ></textarea>
        ${isOpen ? this.#list() : nothing}
      </div>
      <p id="fault" class="caption problem" role="status">${fault === undefined ? nothing : this.#says(fault)}</p>
      <span class="only-read" role="status"
        >${isOpen ? msg(str`${this.suggestions.list.length} suggestions, arrow down to choose`) : ''}</span
      >`;
  }

  /** What is wrong; a text that merely goes on is left in peace until its writer leaves it. */
  get fault(): { message: string; at?: number | undefined } | undefined {
    const fault = this.verdict?.fault;
    if (fault === undefined || this.value.trim() === '') return undefined;
    const { at = this.value.length } = fault;
    // A name or a text that has no end yet is wrong from its beginning on.
    const isUnfinished =
      at >= this.value.trimEnd().length ||
      /^(?:"(?:[^"\\]|\\.)*|[\w.-]+)$/s.test(this.value.slice(at));
    return this.typing && isUnfinished ? undefined : fault;
  }

  #says({ message, at }: { message: string; at?: number | undefined }) {
    return at === undefined ? message : html`${msg(str`Character ${at + 1}: ${message}`)}`;
  }

  /** The same text beneath the field, so that its place can be marked; a fault at the end is marked behind it. */
  #mirror(at: number | undefined) {
    if (at === undefined) return `${this.value}\u200b`;
    const word = /^(?:"[^"]*"?|[\w.-]+|\S)/.exec(this.value.slice(at))?.[0] ?? '\u00a0';
    return html`${this.value.slice(0, at)}<mark>${word}</mark>${this.value.slice(at + word.length)}\u200b`;
  }

  #list() {
    return html`<ul id="list" role="listbox" aria-label=${msg('Suggestions')}>
      ${this.suggestions.list.map(
        (one, index) => html`<li
          id="option-${index}"
          role="option"
          aria-selected=${String(index === this.active)}
          @mousedown=${(event: Event) => event.preventDefault()}
          @click=${() => this.#take(one)}
        >
          <span class="name">${one.label}</span><span class="about">${one.about}</span>
        </li>`,
      )}
    </ul>`;
  }

  #type(event: Event) {
    this.value = (event.target as HTMLTextAreaElement).value;
    this.typing = true;
    this.#fire('cn-condition', this.value);
    this.#open();
  }

  #open(isAsked = false) {
    const names = this.#names.value;
    this.#awaitsNames = names === undefined;
    if (names === undefined) return;
    this.active = -1;
    this.suggestions = suggest(this.value, this.#area?.selectionStart ?? 0, names, isAsked);
  }

  readonly #close = () => {
    this.suggestions = noSuggestions;
    this.active = -1;
    this.#awaitsNames = false;
  };

  #leave() {
    this.#close();
    this.typing = false;
  }

  #key(event: KeyboardEvent) {
    const { list } = this.suggestions;
    const chosen = list[this.active];
    if (event.key === 'Escape') {
      // Whoever has closed the list before its names came does not want it any more.
      if (list.length > 0) event.stopPropagation();
      this.#close();
    } else if (event.key === ' ' && event.ctrlKey) {
      event.preventDefault();
      this.#open(true);
    } else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && list.length > 0) {
      event.preventDefault();
      this.#move(event.key === 'ArrowDown' ? 1 : -1);
    } else if (event.key === 'ArrowDown' && this.value === '') {
      event.preventDefault();
      this.#open();
    } else if (event.key === 'Enter' && chosen !== undefined) {
      event.preventDefault();
      this.#take(chosen);
    } else if (event.key === 'Enter' && (!this.multiline || event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.#leave();
      this.#fire('cn-submit', this.value);
    }
  }

  #move(by: 1 | -1) {
    const { length } = this.suggestions.list;
    this.active = this.active < 0 && by < 0 ? length - 1 : (this.active + by + length) % length;
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector(`#option-${this.active}`)?.scrollIntoView({ block: 'nearest' }),
    );
  }

  #take({ insert }: Suggestion) {
    const { from, to } = this.suggestions;
    const rest = this.value.slice(to).replace(/^ /, insert.endsWith(' ') ? '' : ' ');
    this.value = this.value.slice(0, from) + insert + rest;
    this.#close();
    this.#fire('cn-condition', this.value);
    const caret = from + insert.length;
    void this.updateComplete.then(() => {
      this.#area?.setSelectionRange(caret, caret);
      this.#area?.focus();
      this.#open();
    });
  }

  #checkSoon() {
    clearTimeout(this.#timer);
    this.#checking?.abort();
    this.verdict = undefined;
    if (this.value.trim() === '' || this.slug === '') return;
    this.#timer = setTimeout(() => void this.#check(), checkAfterMs);
  }

  async #check(): Promise<void> {
    const checking = new AbortController();
    this.#checking = checking;
    try {
      const verdict = await checkCondition(this.slug, this.value, this.trigger, checking.signal);
      if (this.#checking === checking) this.verdict = verdict;
    } catch {
      // No verdict is no fault: whoever uses the condition is told what is wrong with it, or with the server.
    }
  }

  #fire(name: string, detail: string) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-condition-box': ConditionBox;
  }
}
