/** The shared links of a dataset: what each shows, until when, how often it was opened; and the button that revokes it. */
import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { SharedLink } from '../../core/contract/shared-link.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import { serverNow } from '../api/server-time.ts';
import { deleteSharedLink, listSharedLinks } from '../api/shared-links.ts';
import { oneAtATime } from '../controllers/one-at-a-time.ts';
import { QueryController } from '../controllers/query-controller.ts';
import { reportPath } from '../routes.ts';
import { controlStyles } from '../styles/controls.ts';
import { tableStyles } from '../styles/tables.ts';
import { textStyles } from '../styles/text.ts';
import { periodTexts } from './subscription-words.ts';
import './confirm-button.ts';
import './error-note.ts';
import { formatCount } from './number-format.ts';
import { formatInstant, formatRange } from './time-format.ts';

@customElement('cn-shared-links')
export class SharedLinks extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    tableStyles,
    css`
      :host {
        display: block;
      }
    `,
  ];

  @property() slug = '';
  @property() timeZone = 'UTC';
  @state() private error: ApiError | undefined;
  readonly #once = oneAtATime(this);
  readonly #links = new QueryController<string, SharedLink[]>(this, {
    key: () => (this.slug === '' ? undefined : this.slug),
    subject: (slug) => slug,
    fetch: listSharedLinks,
  });

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('slug')) this.error = undefined;
  }

  override render() {
    const { value } = this.#links;
    const error = this.error ?? this.#links.error;
    return html`${error ? html`<cn-error-note .error=${error} @cn-retry=${() => this.#do(async () => {})}></cn-error-note>` : nothing}
    ${value ? this.#table(value) : error ? nothing : html`<p class="caption" role="status">${msg('Loading …')}</p>`}`;
  }

  #table(links: readonly SharedLink[]) {
    if (links.length === 0)
      return html`<p class="caption">${msg('No report is shared. "Share" on the page of a report makes a link.')}</p>`;
    return html`<div class="scroll" tabindex="0" role="region" aria-label=${msg('Shared links')}>
      <table>
        <thead>
          <tr>
            <th>${msg('For')}</th><th>${msg('Shows')}</th><th>${msg('Works until')}</th><th class="number">${msg('Opened')}</th><th>${msg('Last opened')}</th><th>${msg('Made by')}</th
            ><th><span class="only-read">${msg('Changes')}</span></th>
          </tr>
        </thead>
        <tbody>
          ${repeat(
            links,
            ({ id }) => id,
            (link) => this.#row(link),
          )}
        </tbody>
      </table>
    </div>`;
  }

  #row({ id, name, shows, hasPassword, expiresAt, opened, lastOpenedAt, createdBy }: SharedLink) {
    const { report, range, period } = shows;
    const days = range ? formatRange(range) : period ? periodTexts[period] : '';
    const when = (at: number | undefined) =>
      at === undefined ? msg('never') : formatInstant(at, this.timeZone);
    const isOver = expiresAt <= serverNow();
    return html`<tr ?acting=${this.#once.isActing(id)}>
      <td>${name}</td>
      <td><a href=${reportPath(this.slug, report)}>${report}</a>, ${days}</td>
      <td class="when">${when(expiresAt)}${isOver ? ` ${msg('(over)')}` : ''}${hasPassword ? html`<br />${msg('with a password')}` : nothing}</td>
      <td class="number">${formatCount(opened)}</td>
      <td class="when">${when(lastOpenedAt)}</td>
      <td>${createdBy}</td>
      <td>
        <cn-confirm-button
          small
          label=${isOver ? msg('Remove') : msg('Revoke')}
          what=${msg(str`the link for ${name}`)}
          @cn-confirm=${() => this.#once(() => this.#do(() => deleteSharedLink(this.slug, id)), id)}
        ></cn-confirm-button>
      </td>
    </tr>`;
  }

  async #do(work: () => Promise<void>): Promise<void> {
    const { slug } = this;
    this.error = undefined;
    try {
      await work();
      await this.#links.retry();
    } catch (error) {
      // Of another dataset meanwhile, it has nothing to say here.
      if (slug === this.slug) this.error = asApiError(error);
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-shared-links': SharedLinks;
  }
}
