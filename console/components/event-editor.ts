/** Drafts an event: trigger, condition, what it records and does; tries it, saves it, publishes it. Fires `cn-saved`. */
import { msg, str } from '@lit/localize';
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { dayOf } from '../../core/contract/calendar.ts';
import type { Dataset } from '../../core/contract/dataset.ts';
import type {
  EventAction,
  EventDefinition,
  EventDimension,
  ValueSource,
} from '../../core/contract/event.ts';
import type { Completion, EventDraft } from '../../core/contract/event-life.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import { readCompletion } from '../api/conditions.ts';
import { listEvents, publishEvents, saveEvent } from '../api/events.ts';
import { isConflict } from '../api/knowing.ts';
import { serverNow } from '../api/server-time.ts';
import { rangeOf } from '../controllers/analysis-view.ts';
import { QueryController } from '../controllers/query-controller.ts';
import { UnsavedInput } from '../controllers/unsaved-input.ts';
import { controlStyles } from '../styles/controls.ts';
import { fieldsetStyles } from '../styles/fieldset.ts';
import { textStyles } from '../styles/text.ts';
import './action-list.ts';
import { checkEntry, lineEntry, options, problemNote, selectEntry } from './form-entry.ts';
import './condition-box.ts';
import './conflict-note.ts';
import './day-range.ts';
import type { RangeChoice } from './day-range.ts';
import './dimension-list.ts';
import './error-note.ts';
import './event-trial.ts';
import type { EventTrial } from './event-trial.ts';
import { recordTexts, trackTexts, triggerTexts } from './event-words.ts';
import type { HitProposal } from './hit-proposals.ts';
import './value-source.ts';

type EventProblems = Partial<Record<keyof EventDefinition, string>>;

const newEvent: EventDefinition = {
  name: '',
  description: '',
  trigger: 'every_hit',
  condition: '',
  track: 'every',
  record: { kind: 'count' },
  dimensions: [],
  actions: [],
  buildingBlock: false,
  active: true,
};

@customElement('cn-event-editor')
export class EventEditor extends LitElement {
  static override styles = [textStyles, controlStyles, fieldsetStyles];

  @property({ attribute: false }) open: Dataset | undefined;
  /** The event that is changed; undefined for a new one. */
  @property({ attribute: false }) kept: EventDraft | undefined;
  /** What a new one begins with. */
  @property({ attribute: false }) proposal: HitProposal | undefined;
  @query('cn-event-trial') private trial: EventTrial | undefined;
  @state() private draft: EventDefinition = newEvent;
  @state() private revision: number | undefined;
  @state() private problems: EventProblems = {};
  @state() private error: ApiError | undefined;
  @state() private busy = false;
  @state() private said = '';
  /** What somebody else has saved meanwhile; without `theirs` it was deleted. */
  @state() private conflict: { theirs: EventDraft | undefined } | undefined;
  @state() private range: RangeChoice = 'all';
  /** It as it was loaded, or saved last. */
  #known: EventDefinition = newEvent;

  readonly #names = new QueryController<string, Completion>(this, {
    key: () => this.open?.slug,
    subject: (slug) => slug,
    fetch: (slug, signal) => readCompletion(slug, signal),
  });

  constructor() {
    super();
    new UnsavedInput(this, { typed: () => this.draft, saved: () => this.#known });
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('kept')) this.#begin();
    if (changed.has('proposal')) this.#propose(changed.get('proposal'));
  }

  #begin() {
    const isSame = this.kept?.definition.name === this.draft.name && this.revision !== undefined;
    if (isSame) return;
    this.draft = this.kept?.definition ?? newEvent;
    this.#known = this.draft;
    this.revision = this.kept?.revision;
    this.problems = {};
    this.said = '';
  }

  /** A name that somebody has typed stays; what was proposed before goes. */
  #propose(before: HitProposal | undefined) {
    const { proposal } = this;
    if (proposal === undefined || this.revision !== undefined) return;
    const isUntouched = this.draft === this.#known;
    const { name, trigger, condition } = proposal;
    const isTyped = ![before?.name ?? '', ''].includes(this.draft.name);
    this.#set({ trigger, condition, ...(isTyped ? {} : { name }) });
    if (isUntouched) this.#known = this.draft;
  }

  override render() {
    const { draft, open } = this;
    if (open === undefined) return nothing;
    return html`<form novalidate @submit=${this.#submit}>
        <div class="line">${this.#text('name', msg('Name'), 128)} ${this.#text('description', msg('Description (optional)'), 1_000)}</div>
        <fieldset>
          <legend>${msg('When')}</legend>
          <div class="line">${this.#select('trigger', msg('Trigger'), triggerTexts)} ${this.#select('track', msg('Record'), trackTexts)}</div>
          <cn-condition-box
            id="condition"
            multiline
            slug=${open.slug}
            label=${msg('Condition')}
            .trigger=${draft.trigger}
            .value=${draft.condition}
            placeholder='request.path = "/order/confirmed"'
            @cn-condition=${(event: CustomEvent<string>) => this.#set({ condition: event.detail })}
          ></cn-condition-box>
          ${problemNote(this.problems.condition)}
        </fieldset>
        <fieldset>
          <legend>${msg('What each occurrence carries')}</legend>
          <div class="line">
            <label class="entry"
              ><span>${msg('Value')}</span
              ><select class="field" @change=${this.#chooseRecord}>${options(recordTexts, draft.record.kind)}</select></label
            >
            ${draft.record.kind === 'count' ? nothing : this.#source(draft.record.from)}
          </div>
          ${problemNote(this.problems.record)}
          <cn-dimension-list
            .dimensions=${draft.dimensions}
            .names=${this.#names.value}
            @cn-dimensions=${(event: CustomEvent<EventDimension[]>) => this.#set({ dimensions: event.detail })}
          ></cn-dimension-list>
          ${problemNote(this.problems.dimensions)}
        </fieldset>
        <fieldset>
          <legend>${msg('Actions')}</legend>
          <cn-action-list
            .actions=${draft.actions}
            .names=${this.#names.value}
            @cn-actions=${(event: CustomEvent<EventAction[]>) => this.#set({ actions: event.detail })}
          ></cn-action-list>
          ${problemNote(this.problems.actions)}
          <div class="line">
            ${this.#check('buildingBlock', msg('A building block: for other events, not reported'))} ${this.#check('active', msg('Switched on'))}
          </div>
        </fieldset>
        ${this.error ? html`<cn-error-note .error=${this.error} @cn-retry=${() => this.#save()}></cn-error-note>` : nothing}
        ${this.#conflict()}
        <div class="actions">
          <cn-day-range
            .choice=${this.range}
            today=${this.#today}
            @cn-range=${(event: CustomEvent<RangeChoice>) => {
              this.range = event.detail;
            }}
          ></cn-day-range>
          <button class="button" type="button" ?disabled=${this.busy} @click=${() => this.#try()}>${msg('Dry run')}</button>
          <button class="button" type="submit" ?disabled=${this.busy}>${msg('Save draft')}</button>
          <button class="button first" type="button" ?disabled=${this.busy} @click=${() => this.#publish()}>${msg('Save and publish')}</button>
          <span class="caption" role="status">${this.said}</span>
        </div>
      </form>
      <cn-event-trial slug=${open.slug}></cn-event-trial>`;
  }

  get #today(): string {
    return dayOf(serverNow(), this.open?.timeZone ?? 'UTC');
  }

  #source(source: ValueSource) {
    return html`<cn-value-source
      .source=${source}
      .names=${this.#names.value}
      @cn-source=${(event: CustomEvent<ValueSource>) => {
        const { kind } = this.draft.record;
        if (kind !== 'count') this.#set({ record: { kind, from: event.detail } });
      }}
    ></cn-value-source>`;
  }

  #text(field: 'name' | 'description', label: string, lengthMax: number) {
    return lineEntry({
      id: field,
      label,
      value: this.draft[field],
      lengthMax,
      isFixed: field === 'name' && this.revision !== undefined,
      problem: this.problems[field],
      change: (value) => this.#set({ [field]: value }),
    });
  }

  #select(field: 'trigger' | 'track', label: string, texts: Record<string, string>) {
    const change = (value: string) => this.#set({ [field]: value });
    return selectEntry({ label, value: this.draft[field], texts, change });
  }

  #check(field: 'buildingBlock' | 'active', label: string) {
    return checkEntry(label, this.draft[field], (on) => this.#set({ [field]: on }));
  }

  readonly #chooseRecord = (event: Event) => {
    const kind = typedIn(event) as EventDefinition['record']['kind'];
    this.#set({
      record: kind === 'count' ? { kind } : { kind, from: { kind: 'field', field: '' } },
    });
  };

  #set(part: Partial<EventDefinition>) {
    this.draft = { ...this.draft, ...part };
    this.problems = Object.fromEntries(
      Object.entries(this.problems).filter(([field]) => !(field in part)),
    );
    this.error = undefined;
    this.said = '';
    this.trial?.clear();
  }

  #conflict() {
    if (this.conflict === undefined) return nothing;
    const { theirs } = this.conflict;
    return html`<cn-conflict-note
      name=${this.draft.name}
      .theirs=${theirs?.definition}
      .mine=${this.draft}
      @cn-take-theirs=${() => {
        this.draft = theirs?.definition ?? newEvent;
        this.#known = this.draft;
        this.revision = theirs?.revision;
        this.conflict = undefined;
      }}
      @cn-keep-mine=${() => {
        this.revision = theirs?.revision;
        void this.#save();
      }}
    ></cn-conflict-note>`;
  }

  /** @returns whether the refusal is that somebody else was faster, which is then shown */
  async #isConflict(refused: ApiError): Promise<boolean> {
    if (!isConflict(refused) || this.revision === undefined || this.open === undefined)
      return false;
    const { events } = await listEvents(this.open.slug);
    const theirs = events.find(({ definition }) => definition.name === this.draft.name.trim());
    this.conflict = { theirs };
    return true;
  }

  /** Asks the server for something with the draft, where nothing is wrong with its shape. */
  async #with(ask: (definition: EventDefinition, slug: string) => Promise<void>): Promise<void> {
    if (this.busy || this.open === undefined) return;
    this.busy = true;
    this.error = undefined;
    this.conflict = undefined;
    this.said = '';
    try {
      this.problems = await problemsOf(this.draft);
      const wrong = Object.keys(this.problems)[0];
      if (wrong === undefined)
        await ask({ ...this.draft, name: this.draft.name.trim() }, this.open.slug);
      else this.renderRoot.querySelector<HTMLElement>(`#${wrong}`)?.focus();
    } catch (error) {
      const refused = asApiError(error);
      if (!(await this.#isConflict(refused))) this.error = refused;
    } finally {
      this.busy = false;
    }
  }

  #try(): Promise<void> {
    const days = this.range === 'all' ? {} : rangeOf(this.range, this.#today);
    return this.#with(async (definition) => {
      // Once begun it goes on by itself: saving need not wait for it.
      await this.trial?.begin(definition, days);
    });
  }

  async #keep(definition: EventDefinition, slug: string): Promise<void> {
    const sent = this.draft;
    const kept = await saveEvent(slug, definition, this.revision);
    this.revision = kept.revision;
    this.#known = kept.definition;
    // What was typed meanwhile is for the next time.
    if (this.draft === sent) this.draft = kept.definition;
    this.said = msg('Saved as a draft: nothing is evaluated by it before it is published.');
  }

  #save(): Promise<void> {
    return this.#with(async (definition, slug) => {
      await this.#keep(definition, slug);
      this.#fireSaved(definition.name);
    });
  }

  #publish(): Promise<void> {
    return this.#with(async (definition, slug) => {
      await this.#keep(definition, slug);
      const version = await publishEvents(slug, [definition.name]);
      this.said = msg(
        str`Published as version ${version}: sessions that begin from now on are evaluated by it. A backfill runs it over the past.`,
      );
      this.#fireSaved(definition.name);
    });
  }

  #fireSaved(detail: string) {
    this.dispatchEvent(new CustomEvent('cn-saved', { detail }));
  }

  #submit(event: Event) {
    event.preventDefault();
    void this.#save();
  }
}

/** Checks a draft by the contract's own schema, which is loaded only for this. */
async function problemsOf(draft: EventDefinition): Promise<EventProblems> {
  const { eventDefinitionSchema } = await import('../../core/contract/event.ts');
  const problems: EventProblems = {};
  for (const { path, message } of eventDefinitionSchema.safeParse(draft).error?.issues ?? []) {
    const [field, ...rest] = path;
    const where =
      rest.length > 0
        ? `${rest.map((part) => (typeof part === 'number' ? part + 1 : String(part))).join(' ')}: `
        : '';
    problems[field as keyof EventDefinition] ??= `${where}${message}`;
  }
  return problems;
}

const typedIn = (event: Event) => (event.target as HTMLInputElement).value;

declare global {
  interface HTMLElementTagNameMap {
    'cn-event-editor': EventEditor;
  }
}
