/** SQL over one dataset: an editor, examples to start from, and the answer as a grid. */
import { msg, str } from '@lit/localize';
import '@awesome.me/webawesome/dist/components/icon/icon.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Dataset } from '../../core/contract/dataset.ts';
import type { SqlAnswer } from '../../core/contract/query.ts';
import type { Parameter, ParameterValue, SavedQuery } from '../../core/contract/saved-query.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import { sessionIdOf } from '../api/sessions.ts';
import { runSql, type SqlAsked } from '../api/sql.ts';
import '../components/data-export.ts';
import '../components/error-note.ts';
import { counted, formatCount } from '../components/number-format.ts';
import { parametersOf, type TypedParameter } from '../components/query-parameters.ts';
import '../components/result-grid.ts';
import '../components/saved-queries.ts';
import '../components/sql-download.ts';
import { UnsavedInput } from '../controllers/unsaved-input.ts';
import { sessionPath } from '../routes.ts';
import { controlStyles } from '../styles/controls.ts';
import { pageStyles } from '../styles/page.ts';
import { textStyles } from '../styles/text.ts';
import { sqlExamples } from './sql-examples.ts';

@customElement('cn-sql-page')
export class SqlPage extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    pageStyles,
    css`
      .desk {
        display: grid;
        grid-template-columns: minmax(0, 1fr) 15rem;
        gap: var(--space-6);
        margin-top: var(--space-4);
      }
      textarea.field {
        display: block;
        width: 100%;
        min-height: 12rem;
        padding: var(--space-3);
        font-family: var(--font-mono);
        font-size: var(--text-dense);
        line-height: var(--line-dense);
        resize: vertical;
        tab-size: 2;
        white-space: pre;
        overflow: auto;
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-2) var(--space-3);
        margin-top: var(--space-2);
      }
      kbd {
        padding: 0 0.25rem;
        border: 1px solid var(--line);
        border-radius: 2px;
        background: var(--ground-low);
      }
      ul {
        margin: var(--space-1) 0 0;
        margin-inline-start: calc(-1 * var(--space-2));
        padding: 0;
        list-style: none;
      }
      li .button {
        justify-content: flex-start;
        width: 100%;
        min-height: 1.75rem;
        padding: 0 var(--space-2);
        font-weight: 450;
        text-align: start;
      }
      li .button.plain {
        color: var(--accent);
      }
      .result {
        margin-top: var(--space-4);
      }
      .result .caption {
        margin-bottom: var(--space-2);
      }
      .stale {
        opacity: 0.6;
      }
      @media (max-width: 64rem) {
        .desk {
          grid-template-columns: minmax(0, 1fr);
          gap: var(--space-4);
        }
        ul {
          display: flex;
          flex-wrap: wrap;
        }
        li .button {
          width: auto;
        }
      }
    `,
  ];

  @property({ attribute: false }) open: Dataset | undefined;
  @state() private sql = sqlExamples[0]?.sql ?? '';
  /** What was taken from an example or a saved query, kept as one, or answered: it has done its work. */
  #taken = this.sql;
  @state() private answer: SqlAnswer | undefined;
  /** The SQL that the answer is of. */
  @state() private asked: SqlAsked | undefined;
  @state() private error: ApiError | undefined;
  @state() private running: AbortController | undefined;
  @state() private parameters: readonly TypedParameter[] = [];
  /** From 0 to 1; undefined while that is not known. */
  @state() private progress: number | undefined;

  constructor() {
    super();
    new UnsavedInput(this, { typed: () => this.sql, saved: () => this.#taken });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.running?.abort();
  }

  override render() {
    return html`<header class="page-head">
        <h1>${msg('SQL')}</h1>
        <span class="caption">${msg('Read-only. Whatever you run here changes nothing.')}</span>
      </header>
      <div class="desk">
        <div>
          <label class="only-read" for="sql">${msg('SQL query')}</label>
          <textarea
            id="sql"
            class="field"
            spellcheck="false"
            autocapitalize="off"
            autocomplete="off"
            maxlength="65536"
            .value=${this.sql}
            @input=${this.#type}
            @keydown=${this.#key}
          ></textarea>
          <cn-query-parameters
            .parameters=${this.parameters}
            @cn-parameters=${(event: CustomEvent<TypedParameter[]>) => {
              this.parameters = event.detail;
            }}
          ></cn-query-parameters>
          <div class="actions">
            ${
              this.running
                ? html`<button class="button" type="button" @click=${() => this.running?.abort()}>
                    <wa-icon name="close"></wa-icon>${msg('Stop')}
                  </button>`
                : html`<button class="button first" type="button" @click=${() => this.#run()}>
                    <wa-icon name="run"></wa-icon>${msg('Run')}
                  </button>`
            }
            ${
              this.running
                ? html`<progress
                    max="1"
                    .value=${this.progress ?? nothing}
                    aria-label=${msg('How far it is')}
                  ></progress>`
                : nothing
            }
            <span class="caption">${msg(html`<kbd>Ctrl</kbd> or <kbd>⌘</kbd> + <kbd>Enter</kbd>`)}</span>
          </div>
        </div>
        <div>
          <cn-saved-queries
            slug=${this.open?.slug ?? ''}
            .sql=${this.sql}
            .parameters=${this.parameters.map(declared)}
            @cn-kept=${(event: CustomEvent<string>) => {
              this.#taken = event.detail;
            }}
            @cn-load=${(event: CustomEvent<SavedQuery>) => this.#load(event.detail)}
          ></cn-saved-queries>
          <h2>${msg('Examples')}</h2>
          <ul>
            ${sqlExamples.map(
              (example) => html`<li>
                <button class="button plain" type="button" @click=${() => this.#take(example.sql)}>
                  ${example.title}
                </button>
              </li>`,
            )}
          </ul>
        </div>
      </div>
      ${this.error ? html`<cn-error-note .error=${this.error} @cn-retry=${() => this.#run()}></cn-error-note>` : nothing}
      ${this.answer ? this.#result(this.answer) : nothing}
      <section>
        <h2>${msg('The whole data')}</h2>
        <cn-data-export .open=${this.open}></cn-data-export>
      </section>`;
  }

  #result(answer: SqlAnswer) {
    const count = counted(answer.rows.length, msg('# row|# rows'));
    const cut = answer.truncated
      ? msg(
          str`There are more: these are the first ${formatCount(answer.rows.length)}. Add a LIMIT, or group.`,
        )
      : '';
    return html`<div class="result ${this.running ? 'stale' : ''}">
      <p class="caption" role="status">
        ${msg(str`${count} in ${formatCount(Math.max(1, answer.elapsedMs))} ms.`)} ${cut}
        ${this.running ? msg('Running …') : ''}
      </p>
      ${this.asked && answer.columns.length > 0 ? html`<cn-sql-download slug=${this.open?.slug ?? ''} .asked=${this.asked}></cn-sql-download>` : nothing}
      ${answer.rows.length > 0 ? html`<cn-result-grid .answer=${answer} .hrefOf=${this.#hrefOf}></cn-result-grid>` : nothing}
    </div>`;
  }

  /** A session in a result leads to its page. */
  readonly #hrefOf = (column: string, text: string): string | undefined => {
    const id = /(^|_)session_id$/.test(column) ? sessionIdOf(text) : undefined;
    return id === undefined ? undefined : sessionPath(this.open?.slug ?? '', id);
  };

  #type(event: Event) {
    this.#set((event.target as HTMLTextAreaElement).value);
  }

  #set(sql: string, known: readonly TypedParameter[] = this.parameters) {
    this.sql = sql;
    this.parameters = parametersOf(sql, known);
  }

  /** Runs it at once where nothing is missing; else its parameters ask for their values. */
  #load({ sql, parameters }: SavedQuery) {
    this.#taken = sql;
    this.#set(
      sql,
      parameters.map(({ name, type, meaning, default: usual }) => ({
        name,
        type,
        meaning,
        text: usual === undefined || usual === null ? '' : String(usual),
      })),
    );
    if (this.parameters.every(({ text }) => text !== '')) void this.#run();
  }

  #key(event: KeyboardEvent) {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    void this.#run();
  }

  #take(sql: string) {
    this.#taken = sql;
    this.#set(sql);
    void this.#run();
  }

  async #run(): Promise<void> {
    if (this.open === undefined || this.sql.trim() === '') return;
    this.running?.abort();
    const run = new AbortController();
    this.running = run;
    this.progress = undefined;
    const asked = {
      sql: this.sql,
      parameters: this.parameters.map(({ name, type }) => ({ name, type })),
      values: Object.fromEntries(
        this.parameters.map(({ name, type, text }) => [name, boundValue(type, text)]),
      ),
    };
    const progressed = (share: number) => {
      if (this.running === run) this.progress = share;
    };
    try {
      const answer = await runSql(this.open.slug, asked, progressed, run.signal);
      if (this.running !== run) return;
      this.answer = answer;
      this.asked = asked;
      this.#taken = asked.sql;
      this.error = undefined;
    } catch (error) {
      if (this.running !== run) return;
      this.error = run.signal.aborted ? undefined : asApiError(error);
    } finally {
      if (this.running === run) this.running = undefined;
    }
  }
}
/** An empty text is a text; of every other type it is NULL. */
const boundValue = (type: TypedParameter['type'], text: string): ParameterValue =>
  text === '' && type !== 'text' ? null : text;

/** As it is kept: what is filled in is what it begins with. */
const declared = ({ name, type, text, meaning }: TypedParameter): Parameter => ({
  name,
  type,
  ...(meaning !== undefined && { meaning }),
  ...(text !== '' && { default: text }),
});
