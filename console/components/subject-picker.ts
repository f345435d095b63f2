/**
 * What a report is about: a page that is typed, or a funnel or goal that is chosen. Shows nothing for reports that are
 * about all. Fires `cn-subject` with the whole subject.
 */
import { msg } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Dataset } from '../../core/contract/dataset.ts';
import type { ReportEntry, ReportSubjectName } from '../../core/contract/report.ts';
import { type DefinitionChoice, listDefinitions, listReports } from '../api/reports.ts';
import { QueryController } from '../controllers/query-controller.ts';
import { controlStyles } from '../styles/controls.ts';
import { textStyles } from '../styles/text.ts';

type Subject = Partial<Record<ReportSubjectName, string>>;

@customElement('cn-subject-picker')
export class SubjectPicker extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2);
      }
      :host(:empty) {
        display: contents;
      }
      form {
        display: flex;
        gap: var(--space-2);
        margin: 0;
      }
      label {
        display: flex;
        align-items: center;
        gap: var(--space-2);
        color: var(--ink-quiet);
        font-size: var(--text-caption);
      }
      input {
        width: 16rem;
        max-width: 50vw;
        color: var(--ink);
      }
      select {
        color: var(--ink);
      }
    `,
  ];

  @property({ attribute: false }) open: Dataset | undefined;
  /** What the shown report is about. */
  @property({ attribute: false }) subject: Subject = {};
  /** The name of the report. */
  @property() report = '';

  readonly #reports = new QueryController<string, ReportEntry[]>(this, {
    key: () => this.open?.slug,
    subject: (slug) => slug,
    fetch: (slug, signal) => listReports(slug, signal),
  });
  readonly #funnels = this.#choices('funnel');
  readonly #goals = this.#choices('goal');

  #choices(kind: 'funnel' | 'goal') {
    return new QueryController<string, DefinitionChoice[]>(this, {
      key: () => (this.#asks().includes(kind) ? this.open?.slug : undefined),
      subject: (slug) => slug,
      fetch: (slug, signal) => listDefinitions(slug, kind, signal),
    });
  }

  #asks(): readonly ReportSubjectName[] {
    return this.#reports.value?.find(({ name }) => name === this.report)?.subject ?? [];
  }

  override render() {
    return this.#asks().map((name) => {
      if (name === 'page') return this.#page();
      if (name === 'funnel')
        return this.#choice(name, msg('Funnel'), this.#funnels.value ?? [], undefined);
      return this.#choice(name, msg('Goal'), this.#goals.value ?? [], msg('All goals'));
    });
  }

  #page() {
    return html`<form @submit=${this.#submitPage}>
      <label
        >${msg('Page')}
        <input
          id="page"
          class="field"
          type="text"
          maxlength="2048"
          spellcheck="false"
          .value=${this.subject.page ?? ''}
      /></label>
      <button class="button" type="submit">${msg('Show')}</button>
    </form>`;
  }

  #choice(
    name: ReportSubjectName,
    words: string,
    choices: readonly DefinitionChoice[],
    all: string | undefined,
  ) {
    if (choices.length === 0) return nothing;
    return html`<label
      >${words}
      <select
        class="field"
        @change=${(event: Event) => this.#set(name, (event.target as HTMLSelectElement).value)}
      >
        ${all === undefined ? nothing : html`<option value="">${all}</option>`}
        ${choices.map(
          (choice) =>
            html`<option value=${choice.name} ?selected=${this.subject[name] === choice.name}>
              ${choice.name}
            </option>`,
        )}
      </select></label
    >`;
  }

  #submitPage(event: Event) {
    event.preventDefault();
    const typed = this.renderRoot.querySelector<HTMLInputElement>('#page')?.value.trim() ?? '';
    this.#set('page', typed);
  }

  #set(name: ReportSubjectName, value: string) {
    const { [name]: _before, ...rest } = this.subject;
    const detail: Subject = value === '' ? rest : { ...rest, [name]: value };
    this.dispatchEvent(new CustomEvent('cn-subject', { detail }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-subject-picker': SubjectPicker;
  }
}
