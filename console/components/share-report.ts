/** Shares the report as it is shown: a button, and a dialog that makes a link for people without a sign-in. */

import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Me } from '../../core/contract/access.ts';
import { comparisonOf } from '../../core/contract/compared-range.ts';
import type { MadeSharedLink, SharedReport } from '../../core/contract/shared-link.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import type { ReportRequest } from '../api/reports.ts';
import { createSharedLink } from '../api/shared-links.ts';
import { mayI, meContext } from '../context/me.ts';
import { typedFields, UnsavedInput } from '../controllers/unsaved-input.ts';
import { controlStyles } from '../styles/controls.ts';
import { formStyles } from '../styles/form.ts';
import { textStyles } from '../styles/text.ts';
import { periodTexts } from './subscription-words.ts';
import './code-block.ts';
import './error-note.ts';
import { askToLeave } from './leave-question.ts';
import './shared-links.ts';
import { formatInstant, formatRange } from './time-format.ts';

const theseDays = 'these';

@customElement('cn-share-report')
export class ShareReport extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    formStyles,
    css`
      dialog {
        width: min(44rem, calc(100vw - 2 * var(--space-4)));
        max-height: calc(100dvh - 2 * var(--space-4));
        padding: var(--space-5);
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--ground);
        color: var(--ink);
        overflow: auto;
      }
      dialog::backdrop {
        background: rgb(0 0 0 / 40%);
      }
      .about {
        margin: var(--space-1) 0 var(--space-4);
      }
      .form-field {
        max-width: 28rem;
      }
      .form-actions {
        margin: 0 0 var(--space-4);
      }
      details {
        margin-top: var(--space-5);
      }
      summary {
        width: fit-content;
        color: var(--accent);
        font-size: var(--text-dense);
        cursor: pointer;
      }
    `,
  ];

  @consume({ context: meContext, subscribe: true })
  @state()
  private me: Me | undefined;
  /** What the page shows. */
  @property({ attribute: false }) asked: ReportRequest | undefined;
  /** The title of the report. */
  @property() heading = '';
  @property() timeZone = 'UTC';
  @state() private made: MadeSharedLink | undefined;
  @state() private error: ApiError | undefined;
  @state() private busy = false;
  @state() private shown = false;

  constructor() {
    super();
    new UnsavedInput(this, { typed: () => typedFields(this.renderRoot), saved: () => undefined });
  }

  override render() {
    const { asked } = this;
    if (asked === undefined || !mayI(this.me, 'explore', asked.slug)) return nothing;
    return html`<button class="button" type="button" @click=${this.#show}>${msg('Share', { id: 'share-button' })}</button>
      <dialog aria-labelledby="heading" @keydown=${this.#key} @cancel=${this.#cancel} @close=${this.#closed}>
        ${this.shown ? this.#content(asked) : nothing}
      </dialog>`;
  }

  #content(asked: ReportRequest) {
    return html`<h2 id="heading">${msg('Share this report')}</h2>
      <p class="caption about">
        ${msg(str`Whoever has the link sees ${this.heading}, with the labels and the filter of this page, and nothing else.`)}
      </p>
      ${this.made ? this.#link(this.made) : this.#form(asked)}
      <details>
        <summary>${msg('Links of this dataset')}</summary>
        <cn-shared-links slug=${asked.slug} timeZone=${this.timeZone}></cn-shared-links>
      </details>`;
  }

  #form(asked: ReportRequest) {
    return html`<form @submit=${this.#submit}>
      <div class="form-field">
        <label for="name">${msg('For whom or what')}</label>
        <input id="name" name="name" class="field" autocomplete="off" maxlength="80" required autofocus />
      </div>
      <div class="form-field">
        <label for="period">${msg('Days')}</label>
        <select id="period" name="period" class="field">
          <option value=${theseDays}>${msg(str`${formatRange(asked.range)}, always`)}</option>
          ${Object.entries(periodTexts).map(
            ([period, words]) =>
              html`<option value=${period}>${msg(str`${words}, when it is opened`)}</option>`,
          )}
        </select>
      </div>
      <div class="form-field">
        <label for="days">${msg('Works for how many days')}</label>
        <input id="days" name="days" class="field" type="number" min="1" max="3650" value="30" required />
      </div>
      <div class="form-field">
        <label for="password">${msg('Password (optional)')}</label>
        <input
          id="password"
          name="password"
          class="field"
          autocomplete="off"
          minlength="8"
          maxlength="256"
          aria-describedby="password-hint"
        />
        <p class="caption" id="password-hint">${msg('At least 8 characters. Tell it by another way than the link.')}</p>
      </div>
      ${this.error ? html`<cn-error-note .error=${this.error}></cn-error-note>` : nothing}
      <div class="form-actions">
        <button class="button first" type="submit" ?disabled=${this.busy}>${msg('Make the link')}</button>
        <button class="button" type="button" @click=${this.#close}>${msg('Cancel')}</button>
      </div>
    </form>`;
  }

  #link({ url, expiresAt, hasPassword }: MadeSharedLink) {
    return html`<div role="status">
        <p>
          ${hasPassword ? msg(str`Copy it now: it is not shown again. It works until ${formatInstant(expiresAt, this.timeZone)}, with its password.`) : msg(str`Copy it now: it is not shown again. It works until ${formatInstant(expiresAt, this.timeZone)}.`)}
        </p>
        <cn-code-block text=${url} copies=${msg('the link')}></cn-code-block>
      </div>
      <div class="form-actions">
        <button class="button" type="button" @click=${this.#close}>${msg('Done')}</button>
      </div>`;
  }

  readonly #show = async () => {
    this.made = undefined;
    this.error = undefined;
    this.shown = true;
    await this.updateComplete;
    this.renderRoot.querySelector('dialog')?.showModal();
  };

  /** A second Escape closes a dialog, whatever is said to its `cancel`. */
  readonly #key = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && !event.isComposing) this.#cancel(event);
  };

  /** Unlike the button it may be pressed by mistake. */
  readonly #cancel = (event: Event) => {
    event.preventDefault();
    askToLeave(this, this.#close);
  };

  readonly #close = () => this.renderRoot.querySelector('dialog')?.close();

  /** The address must not stay in a page that somebody else may look at. */
  readonly #closed = () => {
    this.made = undefined;
    this.shown = false;
  };

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { asked } = this;
    const given = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string) => String(given.get(name) ?? '');
    if (asked === undefined || this.busy) return;
    this.busy = true;
    this.error = undefined;
    const password = text('password');
    try {
      this.made = await createSharedLink(asked.slug, {
        ...shownBy(asked, text('period')),
        name: text('name'),
        days: Number(text('days')),
        ...(password !== '' && { password }),
      });
    } catch (error) {
      this.error = asApiError(error);
    } finally {
      this.busy = false;
    }
  }
}

/** What the page shows, for the days that were chosen. */
function shownBy(asked: ReportRequest, period: string): Partial<SharedReport> & { report: string } {
  const { report, range, robots, seenByTag, labels, condition, subject } = asked;
  const isFixed = period === theseDays;
  // Days that move on have a name of their own, by which they are compared.
  const comparison = isFixed ? comparisonOf(asked.days, asked.comparison) : asked.comparison;
  return {
    report,
    robots,
    labels: [...labels],
    subject,
    ...(isFixed ? { range } : { period: period as keyof typeof periodTexts }),
    ...(seenByTag && { seenByTag }),
    ...(comparison !== 'none' && { comparison }),
    ...(condition !== '' && { condition }),
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-share-report': ShareReport;
  }
}
