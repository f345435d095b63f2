/**
 * Somebody else was faster: what differs between theirs and mine, and the choice between them. Nothing is saved before
 * it is made. Fires `cn-take-theirs` and `cn-keep-mine`.
 */
import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { revisionOf } from '../../core/contract/revision.ts';
import { controlStyles } from '../styles/controls.ts';
import { tableStyles } from '../styles/tables.ts';
import { textStyles } from '../styles/text.ts';

type Fields = Readonly<Record<string, unknown>>;

@customElement('cn-conflict-note')
export class ConflictNote extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    tableStyles,
    css`
      :host {
        display: block;
        margin-top: var(--space-4);
      }
      .note {
        max-width: 48rem;
        padding: var(--space-3) var(--space-4);
        border-inline-start: 3px solid var(--warn-line);
        background: var(--warn-ground);
      }
      table {
        margin: var(--space-2) 0;
      }
      td {
        width: 40%;
        overflow-wrap: anywhere;
        white-space: pre-wrap;
      }
      td:first-child {
        width: 20%;
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2);
        margin-top: var(--space-2);
      }
    `,
  ];

  @property() name = '';
  /** It as it is now; undefined where it was deleted. */
  @property({ attribute: false }) theirs: object | undefined;
  @property({ attribute: false }) mine: object = {};

  override render() {
    const { name, theirs } = this;
    const heading =
      theirs === undefined
        ? msg(str`Somebody deleted "${name}" since you opened it`)
        : msg(str`Somebody changed "${name}" since you opened it`);
    return html`<div class="note" role="alert">
      <h2>${heading}</h2>
      <p>${msg('What you typed is still here, and nothing of it is saved yet.')}</p>
      ${theirs === undefined ? nothing : this.#differences(theirs as Fields)}
      <div class="actions">
        <button class="button" type="button" @click=${() => this.#choose('cn-take-theirs')}>
          ${theirs === undefined ? msg('Leave it deleted') : msg('Take theirs')}
        </button>
        <button class="button" type="button" @click=${() => this.#choose('cn-keep-mine')}>
          ${theirs === undefined ? msg('Make it anew with mine') : msg('Keep mine, over theirs')}
        </button>
      </div>
    </div>`;
  }

  #differences(theirs: Fields) {
    const mine = this.mine as Fields;
    const fields = [...new Set([...Object.keys(theirs), ...Object.keys(mine)])].filter(
      (field) => revisionOf(theirs[field]) !== revisionOf(mine[field]),
    );
    if (fields.length === 0) return html`<p>${msg('They saved the same as you.')}</p>`;
    return html`<table>
      <thead>
        <tr>
          <th scope="col">${msg('Differs')}</th>
          <th scope="col">${msg('Theirs, in force now')}</th>
          <th scope="col">${msg('Yours')}</th>
        </tr>
      </thead>
      <tbody>
        ${fields.map(
          (field) => html`<tr>
            <td>${field}</td>
            <td>${shown(theirs[field])}</td>
            <td>${shown(mine[field])}</td>
          </tr>`,
        )}
      </tbody>
    </table>`;
  }

  #choose(event: 'cn-take-theirs' | 'cn-keep-mine') {
    this.dispatchEvent(new CustomEvent(event));
  }
}

function shown(value: unknown): string {
  if (value === undefined) return msg('none');
  return typeof value === 'string' ? value : JSON.stringify(value, undefined, 1);
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-conflict-note': ConflictNote;
  }
}
