/** Tries hit rules on a request as it might come: nothing is stored. */
import { msg } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { HitRules, HitTrialResult } from '../../core/contract/hit-rules.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import { type Trial, tryHitRules } from '../api/hit-rules.ts';
import { oneAtATime } from '../controllers/one-at-a-time.ts';
import { controlStyles } from '../styles/controls.ts';
import { fieldsetStyles } from '../styles/fieldset.ts';
import { tableStyles } from '../styles/tables.ts';
import { textStyles } from '../styles/text.ts';
import './error-note.ts';

@customElement('cn-hit-trial')
export class HitTrialForm extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    fieldsetStyles,
    tableStyles,
    css`
      table {
        max-width: 52rem;
        margin-top: var(--space-3);
      }
      td {
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property() slug = '';
  /** Tried as they stand, set or not. */
  @property({ attribute: false }) rules: HitRules | undefined;
  @state() private trial: Trial = {};
  @state() private result: HitTrialResult | undefined;
  @state() private error: ApiError | undefined;
  readonly #once = oneAtATime(this);

  override render() {
    return html`<form novalidate @submit=${this.#try}>
        <div class="line">
          ${this.#field('url', msg('URL'))} ${this.#field('referrer', msg('Referrer'))}
        </div>
        <div class="line">
          ${this.#field('userAgent', msg('User agent'))} ${this.#field('address', msg('IP address'))}
        </div>
        <div class="actions">
          <button class="button" type="submit">${msg('Show what becomes of it')}</button>
        </div>
        ${this.error ? html`<cn-error-note .error=${this.error}></cn-error-note>` : nothing}
      </form>
      <div role="status">${this.result ? this.#table(this.result) : nothing}</div>`;
  }

  #field(name: keyof Trial, label: string) {
    return html`<label class="entry wide"
      ><span>${label}</span
      ><input
        class="field"
        .value=${this.trial[name] ?? ''}
        @input=${(event: Event) => {
          this.trial = { ...this.trial, [name]: (event.target as HTMLInputElement).value };
        }}
    /></label>`;
  }

  #table({ page, acquisition, technology, place, excludedBy }: HitTrialResult) {
    const target =
      page && `${page.host}${page.path}${page.query === undefined ? '' : `?${page.query}`}`;
    const rows: [string, string | undefined][] = [
      [msg('Page'), target],
      [msg('Before'), page?.before],
      ...Object.entries(acquisition),
      ...Object.entries(technology),
      ...Object.entries(place),
      [msg('Excluded by'), excludedBy ?? msg('nothing')],
    ];
    return html`<table>
      <caption class="only-read">${msg('What becomes of the request')}</caption>
      <tbody>
        ${rows.map(([name, value]) =>
          value === undefined
            ? nothing
            : html`<tr><th scope="row">${name}</th><td><bdi>${value}</bdi></td></tr>`,
        )}
      </tbody>
    </table>`;
  }

  async #try(event: Event): Promise<void> {
    event.preventDefault();
    const { rules, trial } = this;
    if (rules === undefined) return;
    const { version: _, ...given } = rules;
    const asked = Object.fromEntries(Object.entries(trial).filter(([, text]) => text !== ''));
    await this.#once(async () => {
      try {
        this.result = await tryHitRules(this.slug, asked, given);
        this.error = undefined;
      } catch (error) {
        this.error = asApiError(error);
        this.result = undefined;
      }
    });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-hit-trial': HitTrialForm;
  }
}
