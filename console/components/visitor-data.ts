/**
 * Everything of the visitor of a session: as a file, or removed for good. What would go is said before; it goes at the
 * second press.
 */
import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Erasure, VisitorFigures } from '../../core/contract/erasure.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import { beginErasure, exportVisitor, lookAtVisitor, readErasure } from '../api/visitors.ts';
import { controlStyles } from '../styles/controls.ts';
import { textStyles } from '../styles/text.ts';
import './confirm-button.ts';
import './error-note.ts';
import { counted } from './number-format.ts';

const askEveryMs = 1_000;

@customElement('cn-visitor-data')
export class VisitorData extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    css`
      .actions {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-2);
        margin: var(--space-2) 0;
      }
      p {
        max-width: 44rem;
      }
    `,
  ];

  @property() slug = '';
  /** The visitor key, as the session has it. */
  @property() visitor = '';
  @state() private figures: VisitorFigures | undefined;
  @state() private erasure: Erasure | undefined;
  @state() private error: ApiError | undefined;
  @state() private busy = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('visitor') && !changed.has('slug')) return;
    clearTimeout(this.#timer);
    this.figures = undefined;
    this.erasure = undefined;
    this.error = undefined;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  override render() {
    return html`<p class="caption">
        ${msg('All sessions of this visitor, active ones too. Both are written down in the audit trail.')}
      </p>
      <div class="actions">
        <button class="button" type="button" ?disabled=${this.busy} @click=${this.#export}>${msg('Download everything')}</button>
        ${
          this.figures === undefined
            ? html`<button class="button" type="button" ?disabled=${this.busy} @click=${this.#look}>${msg('Erase …')}</button>`
            : nothing
        }
      </div>
      ${this.figures && this.erasure === undefined ? this.#question(this.figures) : nothing}
      ${this.erasure ? this.#outcome(this.erasure) : nothing}
      ${this.error ? html`<cn-error-note .error=${this.error}></cn-error-note>` : nothing}`;
  }

  #question({ sessions, hits, activeSessions }: VisitorFigures) {
    const ended = counted(sessions, msg('# session|# sessions'));
    const active = counted(activeSessions, msg('# active session|# active sessions'));
    return html`<p role="status">
        ${msg(str`${ended} with ${counted(hits, msg('# hit|# hits'))}, and ${active}, would be removed from everything that is kept, for good. Backups and files that were taken away are not touched.`)}
      </p>
      <div class="actions">
        <cn-confirm-button label=${msg('Erase for good')} ?disabled=${this.busy} @cn-confirm=${this.#erase}></cn-confirm-button>
        <button class="button plain" type="button" @click=${this.#keep}>${msg('Cancel')}</button>
      </div>`;
  }

  #outcome({ state, report, reason = '' }: Erasure) {
    if (state === 'running')
      return html`<p role="status">${msg('It is being erased. That goes on when you leave this page.')}</p>`;
    if (state === 'failed' || report === undefined)
      return html`<p role="alert">${msg(str`It was not finished: ${reason} The next start tries it again.`)}</p>`;
    const { proof, sessions } = report;
    const erased = counted(sessions, msg('# session|# sessions'));
    return html`<p role="status">
      ${
        proof.found.length === 0
          ? msg(
              str`${erased} erased. Nothing is left of them: ${counted(proof.files, msg('# file was|# files were'))} read for it.`,
            )
          : msg(
              str`${erased} erased, but something is left in: ${proof.found.map(({ place }) => place).join(', ')}.`,
            )
      }
    </p>`;
  }

  readonly #look = () =>
    this.#do(async () => {
      this.figures = await lookAtVisitor(this.slug, this.visitor);
    });

  readonly #keep = () => {
    this.figures = undefined;
  };

  readonly #export = () => this.#do(() => exportVisitor(this.slug, this.visitor));

  readonly #erase = () =>
    this.#do(async () => {
      this.erasure = await beginErasure(this.slug, this.visitor);
      this.#follow(this.erasure.number);
    });

  #follow(number: number) {
    this.#timer = setTimeout(async () => {
      await this.#do(async () => {
        this.erasure = (await readErasure(this.slug, number)) ?? this.erasure;
      });
      if (this.erasure?.state === 'running' && this.isConnected) this.#follow(number);
    }, askEveryMs);
  }

  async #do(work: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.error = undefined;
    try {
      await work();
    } catch (error) {
      this.error = asApiError(error);
    } finally {
      this.busy = false;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-visitor-data': VisitorData;
  }
}
