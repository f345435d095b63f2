/** Drafts a hit or step attribute: what is taken out of a request, a response or a step. Fires `cn-saved` and `cn-cancel`. */
import { msg } from '@lit/localize';
import { html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { HitAttribute } from '../../core/contract/event.ts';
import type { AttributeDraft } from '../../core/contract/event-life.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import { saveAttribute } from '../api/events.ts';
import { oneAtATime } from '../controllers/one-at-a-time.ts';
import { UnsavedInput } from '../controllers/unsaved-input.ts';
import { controlStyles } from '../styles/controls.ts';
import { fieldsetStyles } from '../styles/fieldset.ts';
import { textStyles } from '../styles/text.ts';
import { checkEntry, selectEntry } from './form-entry.ts';
import './error-note.ts';
import { takeTexts } from './event-words.ts';

type Take = HitAttribute['take'];

const newAttribute: HitAttribute = {
  name: '',
  home: 'hit',
  side: 'response',
  part: 'value',
  take: { by: 'between', start: '', end: '' },
  occurrence: 'first',
  exact: false,
  type: 'text',
  masked: false,
};
const firstTake: Record<Take['by'], Take> = {
  between: { by: 'between', start: '', end: '' },
  pattern: { by: 'pattern', pattern: '' },
  selector: { by: 'selector', selector: '' },
  pointer: { by: 'pointer', pointer: '' },
  query: { by: 'query', name: '' },
  form: { by: 'form', name: '' },
  header: { by: 'header', name: '' },
};
const homeTexts = { hit: msg('A hit'), step: msg('A step') };
const sideTexts = { request: msg('Request'), response: msg('Response') };
const partTexts = { value: msg('Value'), target: msg('Target') };
const occurrenceTexts = { first: msg('The first'), all: msg('All') };
const typeTexts = { text: msg('Text'), number: msg('Number') };

@customElement('cn-attribute-form')
export class AttributeForm extends LitElement {
  static override styles = [textStyles, controlStyles, fieldsetStyles];

  @property() slug = '';
  /** The attribute that is changed; undefined for a new one. */
  @property({ attribute: false }) set kept(kept: AttributeDraft | undefined) {
    this.draft = kept?.definition ?? newAttribute;
    this.#known = this.draft;
    this.revision = kept?.revision;
  }
  @state() private draft: HitAttribute = newAttribute;
  #known: HitAttribute = newAttribute;
  @state() private revision: number | undefined;
  @state() private error: ApiError | undefined;
  readonly #once = oneAtATime(this);

  constructor() {
    super();
    new UnsavedInput(this, { typed: () => this.draft, saved: () => this.#known });
  }

  override render() {
    const { draft } = this;
    return html`<form @submit=${this.#save}>
      <div class="line">
        ${this.#input(msg('Attribute name'), draft.name, (name) => ({ name }), this.revision !== undefined)}
        ${this.#select(msg('Of'), homeTexts, draft.home, (home) => ({ home }))}
        ${draft.home === 'hit' ? this.#select(msg('Taken out of the'), sideTexts, draft.side, (side) => ({ side })) : this.#select(msg('Which text'), partTexts, draft.part, (part) => ({ part }))}
        ${this.#select(msg('How'), takeTexts, draft.take.by, (by) => ({ take: firstTake[by as Take['by']] }))}
      </div>
      <div class="line">${this.#take(draft.take)}</div>
      <div class="line">
        ${this.#select(msg('Which'), occurrenceTexts, draft.occurrence, (occurrence) => ({ occurrence }))}
        ${this.#select(msg('As'), typeTexts, draft.type, (type) => ({ type }))}
        ${this.#check(msg('Upper and lower case differ'), draft.exact, (exact) => ({ exact }))}
        ${this.#check(msg('Masked: conditions may use it, nothing records it'), draft.masked, (masked) => ({ masked }))}
      </div>
      ${this.error ? html`<cn-error-note .error=${this.error}></cn-error-note>` : nothing}
      <div class="actions">
        <button class="button" type="submit">${msg('Save attribute')}</button>
        <button class="button plain" type="button" @click=${() => this.dispatchEvent(new CustomEvent('cn-cancel'))}>${msg('Cancel')}</button>
      </div>
    </form>`;
  }

  #take(take: Take) {
    switch (take.by) {
      case 'between':
        return html`${this.#input(msg('From'), take.start, (start) => ({ take: { ...take, start } }))}
        ${this.#input(msg('To (optional)'), take.end ?? '', (end) => ({ take: { ...take, end } }), false, true)}`;
      case 'pattern':
        return this.#input(msg('Pattern'), take.pattern, (pattern) => ({
          take: { ...take, pattern },
        }));
      case 'selector':
        return html`${this.#input(msg('Selector'), take.selector, (selector) => ({ take: { ...take, selector } }))}
        ${this.#input(msg('Attribute of the element (optional)'), take.attribute ?? '', (attribute) => ({ take: { ...take, attribute } }), false, true)}`;
      case 'pointer':
        return this.#input(msg('JSON pointer'), take.pointer, (pointer) => ({
          take: { ...take, pointer },
        }));
      default:
        return this.#input(msg('Its name'), take.name, (name) => ({ take: { ...take, name } }));
    }
  }

  #input(
    label: string,
    value: string,
    part: (typed: string) => Partial<HitAttribute>,
    fixed = false,
    optional = false,
  ) {
    return html`<label class="entry wide"
      ><span>${label}</span
      ><input
        class="field"
        maxlength="512"
        autocomplete="off"
        spellcheck="false"
        ?readonly=${fixed}
        ?required=${!optional}
        .value=${value}
        @input=${(event: Event) => this.#change(part((event.target as HTMLInputElement).value))}
    /></label>`;
  }

  #select<Value extends string>(
    label: string,
    texts: Record<Value, string>,
    chosen: Value,
    part: (value: Value) => Partial<HitAttribute>,
  ) {
    const change = (value: string) => this.#change(part(value as Value));
    return selectEntry({ label, value: chosen, texts, change });
  }

  #check(label: string, isChecked: boolean, part: (on: boolean) => Partial<HitAttribute>) {
    return checkEntry(label, isChecked, (on) => this.#change(part(on)));
  }

  #change(part: Partial<HitAttribute>) {
    this.draft = { ...this.draft, ...part };
    this.error = undefined;
  }

  #save(event: Event): Promise<void> {
    event.preventDefault();
    return this.#once(async () => {
      try {
        await saveAttribute(this.slug, withoutEmpty(this.draft), this.revision);
        this.dispatchEvent(new CustomEvent('cn-saved'));
      } catch (error) {
        this.error = asApiError(error);
      }
    });
  }
}

/** An optional part that was left empty is not there. */
function withoutEmpty(attribute: HitAttribute): HitAttribute {
  const { take } = attribute;
  if (take.by === 'between' && !take.end)
    return { ...attribute, take: { by: 'between', start: take.start } };
  if (take.by === 'selector' && !take.attribute) {
    return { ...attribute, take: { by: 'selector', selector: take.selector } };
  }
  return attribute;
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-attribute-form': AttributeForm;
  }
}
