/** `/SLUG/reports/new` and `…/NAME/edit`: builds a report of the dataset's own, panel by panel, and keeps it. */
import { msg, str } from '@lit/localize';
import '@awesome.me/webawesome/dist/components/icon/icon.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Dataset } from '../../core/contract/dataset.ts';
import type { PanelDefinition, ReportDefinition } from '../../core/contract/report-definition.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import {
  type DefinitionChoice,
  deleteReport,
  listDefinitions,
  listOwnReports,
  saveReport,
} from '../api/reports.ts';
import '../components/error-note.ts';
import '../components/panel-form.ts';
import { navigate } from '../controllers/location.ts';
import { oneAtATime } from '../controllers/one-at-a-time.ts';
import { QueryController } from '../controllers/query-controller.ts';
import { UnsavedInput } from '../controllers/unsaved-input.ts';
import { reportPath, reportsPath } from '../routes.ts';
import { controlStyles } from '../styles/controls.ts';
import { formStyles } from '../styles/form.ts';
import { pageStyles } from '../styles/page.ts';
import { textStyles } from '../styles/text.ts';
import {
  moved,
  nameOf,
  newPanel,
  newReport,
  newSavedQueryPanel,
  problemsOf,
  type ReportProblems,
  tidied,
} from './report-draft.ts';

const panelsMax = 12;

@customElement('cn-report-builder-page')
export class ReportBuilderPage extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    formStyles,
    pageStyles,
    css`
      form {
        max-width: 44rem;
      }
      .panel-head {
        display: flex;
        align-items: center;
        justify-content: space-between;
        margin-bottom: var(--space-3);
        padding-top: var(--space-4);
        border-top: 1px solid var(--line);
      }
      .adding {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2);
        margin-bottom: var(--space-2);
      }
      .apart {
        margin-inline-start: auto;
      }
    `,
  ];

  @property({ attribute: false }) open: Dataset | undefined;
  /** The report that is changed; empty for a new one. */
  @property() name = '';

  @state() private draft: ReportDefinition | undefined;
  @state() private problems: ReportProblems = {};
  @state() private error: ApiError | undefined;
  @state() private saving = false;
  /** Deleting is pressed twice. */
  @state() private sure = false;
  readonly #once = oneAtATime(this);

  readonly #own = new QueryController<string, ReportDefinition[]>(this, {
    key: () => (this.name === '' ? undefined : this.open?.slug),
    subject: (slug) => slug,
    fetch: (slug, signal) => listOwnReports(slug, signal),
  });
  readonly #goals = new QueryController<string, DefinitionChoice[]>(this, {
    key: () => this.open?.slug,
    subject: (slug) => slug,
    fetch: (slug, signal) => listDefinitions(slug, 'goal', signal),
  });

  readonly #unsaved = new UnsavedInput(this, {
    typed: () => this.draft,
    saved: () => (this.name === '' ? newReport() : this.#kept),
  });

  /** It as it was loaded. */
  get #kept(): ReportDefinition | undefined {
    return this.name === '' ? undefined : this.#own.value?.find(({ name }) => name === this.name);
  }

  get #report(): ReportDefinition | undefined {
    if (this.draft !== undefined) return this.draft;
    return this.name === '' ? newReport() : this.#kept;
  }

  override render() {
    const report = this.#report;
    return html`<header class="page-head">
        <h1>${this.name === '' ? msg('New report') : msg(str`Edit ${report?.title ?? msg('report')}`)}</h1>
      </header>
      ${
        this.#own.error
          ? html`<cn-error-note .error=${this.#own.error} @cn-retry=${() => this.#own.retry()}></cn-error-note>`
          : nothing
      }
      ${report ? this.#form(report) : this.#missing()}`;
  }

  #missing() {
    if (this.#own.value === undefined)
      return html`<p class="caption" role="status">${msg('loading …')}</p>`;
    return html`<p>
      ${msg(html`The dataset has no report of its own called ${this.name}. <a href=${reportsPath(this.open?.slug ?? '')}>All reports</a>`)}
    </p>`;
  }

  #form(report: ReportDefinition) {
    return html`<form novalidate @submit=${this.#submit}>
      <section>
        ${this.#field('title', msg('Title'), report.title, msg('What it is called in the list.'))}
        ${
          this.name === ''
            ? this.#field(
                'name',
                msg('Name'),
                report.name,
                msg('Used in addresses and commands. It cannot be changed later.'),
              )
            : nothing
        }
        ${this.#field('description', msg('Description (optional)'), report.description ?? '', msg('One sentence that says what the numbers are.'))}
      </section>
      ${report.panels.map((panel, place) => this.#panel(report, panel, place))}
      ${(this.problems.panels ?? []).map((one) => html`<p class="caption problem" role="alert">${one}</p>`)}
      <div class="adding">
        ${this.#adder(report, msg('Add a panel'), newPanel)}
        ${this.#adder(report, msg('Add a saved query'), newSavedQueryPanel)}
      </div>
      <p class="caption">${msg('Days, comparison, labels and robots are chosen when the report is looked at.')}</p>
      ${this.error ? html`<cn-error-note .error=${this.error} @cn-retry=${this.#save}></cn-error-note>` : nothing}
      <div class="form-actions">
        <button class="button first" type="submit" ?disabled=${this.saving}>
          ${this.saving ? msg('Saving …') : msg('Save report')}
        </button>
        <a class="button plain" href=${this.#back()}>${msg('Cancel')}</a>
        ${
          this.name === ''
            ? nothing
            : html`<button class="button apart" type="button" @click=${this.#delete}>
                ${this.sure ? msg('Really delete it') : msg('Delete report')}
              </button>`
        }
      </div>
    </form>`;
  }

  #adder({ panels }: ReportDefinition, label: string, made: typeof newPanel) {
    return html`<button
      class="button"
      type="button"
      ?disabled=${panels.length >= panelsMax}
      @click=${() => this.#panels([...panels, made(panels)])}
    >
      ${label}
    </button>`;
  }

  #panel(report: ReportDefinition, panel: PanelDefinition, place: number) {
    const put = (changed: PanelDefinition) =>
      this.#panels(report.panels.map((one, at) => (at === place ? changed : one)));
    const remove = () => this.#panels(report.panels.filter((_, at) => at !== place));
    return html`<section aria-label=${msg(str`Panel ${place + 1}`)}>
      <div class="panel-head">
        <h2>${msg(str`Panel ${place + 1}`)}</h2>
        <span>
          ${this.#mover(place === 0, msg(str`Move panel ${place + 1} up`), 'arrow-up', () => this.#panels(moved(report.panels, place, -1)))}
          ${this.#mover(place === report.panels.length - 1, msg(str`Move panel ${place + 1} down`), 'arrow-down', () => this.#panels(moved(report.panels, place, 1)))}
          <button class="button plain" type="button" ?disabled=${report.panels.length < 2} @click=${remove}>
            ${msg('Remove')}
          </button>
        </span>
      </div>
      <cn-panel-form
        slug=${this.open?.slug ?? ''}
        timeZone=${this.open?.timeZone ?? 'UTC'}
        .panel=${panel}
        .problems=${this.problems[`panel ${place}`] ?? []}
        .goals=${(this.#goals.value ?? []).map(({ name }) => name)}
        @cn-panel=${(event: CustomEvent<PanelDefinition>) => put(event.detail)}
      ></cn-panel-form>
    </section>`;
  }

  #mover(isLast: boolean, label: string, icon: string, move: () => void) {
    return html`<button class="button plain icon" type="button" aria-label=${label} ?disabled=${isLast} @click=${move}>
      <wa-icon name=${icon}></wa-icon>
    </button>`;
  }

  #field(id: 'title' | 'name' | 'description', label: string, value: string, hint: string) {
    const problem = this.problems[id]?.join('; ');
    return html`<div class="form-field">
      <label for=${id}>${label}</label>
      <input
        id=${id}
        class="field ${id === 'name' ? 'mono' : ''}"
        autocomplete="off"
        .value=${value}
        aria-describedby="${id}-hint"
        aria-invalid=${String(problem !== undefined)}
        @input=${(event: Event) => this.#type(id, (event.target as HTMLInputElement).value)}
      />
      <p id="${id}-hint" class="caption ${problem ? 'problem' : ''}">${problem ?? hint}</p>
    </div>`;
  }

  #type(id: 'title' | 'name' | 'description', value: string) {
    const report = this.#report;
    if (report === undefined) return;
    const follows = this.name === '' && id === 'title' && report.name === nameOf(report.title);
    this.#change({ ...report, [id]: value, ...(follows && { name: nameOf(value) }) });
  }

  #panels(panels: PanelDefinition[]) {
    const report = this.#report;
    if (report !== undefined) this.#change({ ...report, panels });
  }

  #change(draft: ReportDefinition) {
    this.draft = draft;
    this.problems = {};
    this.error = undefined;
  }

  #back(): string {
    const slug = this.open?.slug ?? '';
    return this.name === '' ? reportsPath(slug) : reportPath(slug, this.name);
  }

  #submit(event: Event) {
    event.preventDefault();
    void this.#save();
  }

  async #save(): Promise<void> {
    const [report, slug] = [this.#report, this.open?.slug];
    if (this.saving || report === undefined || slug === undefined) return;
    this.saving = true;
    this.error = undefined;
    try {
      this.problems = await problemsOf(report);
      if (Object.keys(this.problems).length > 0) return this.#showWrong();
      if (this.name === '' && (await this.#isTaken(slug, report.name))) return;
      const { name } = await saveReport(slug, tidied(report), this.#kept);
      this.#unsaved.forget();
      navigate(reportPath(slug, name));
    } catch (error) {
      this.error = asApiError(error);
    } finally {
      this.saving = false;
    }
  }

  /** The first field that is wrong may be far above the button. */
  async #showWrong(): Promise<void> {
    await this.updateComplete;
    const field = this.renderRoot.querySelector<HTMLElement>('[aria-invalid=true]');
    const panel = [...this.renderRoot.querySelectorAll('cn-panel-form')].find(
      ({ problems }) => problems.length > 0,
    );
    (field ?? panel?.renderRoot.querySelector<HTMLElement>('.field'))?.focus();
  }

  /** A new report must not take the place of another one unasked. */
  async #isTaken(slug: string, wanted: string): Promise<boolean> {
    const isTaken = (await listOwnReports(slug)).some(({ name }) => name === wanted);
    if (isTaken) this.problems = { name: [msg('A report of this name exists already.')] };
    return isTaken;
  }

  async #delete(): Promise<void> {
    const slug = this.open?.slug;
    if (slug === undefined) return;
    if (!this.sure) {
      this.sure = true;
      return;
    }
    await this.#once(async () => {
      try {
        await deleteReport(slug, this.name);
        this.#unsaved.forget();
        navigate(reportsPath(slug));
      } catch (error) {
        this.error = asApiError(error);
      }
    });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-report-builder-page': ReportBuilderPage;
  }
}
