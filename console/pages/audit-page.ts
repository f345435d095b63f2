/** `/audit`: who did what, and whether anything of it was changed. */
import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { AuditCheck, AuditEntry } from '../../core/contract/access.ts';
import { listAudit, verifyAudit } from '../api/access.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import '../components/error-note.ts';
import '../components/server-retention-form.ts';
import { formatCount } from '../components/number-format.ts';
import { formatInstant } from '../components/time-format.ts';
import { oneAtATime } from '../controllers/one-at-a-time.ts';
import { QueryController } from '../controllers/query-controller.ts';
import { controlStyles } from '../styles/controls.ts';
import { pageStyles } from '../styles/page.ts';
import { tableStyles } from '../styles/tables.ts';
import { textStyles } from '../styles/text.ts';

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

@customElement('cn-audit-page')
export class AuditPage extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    tableStyles,
    pageStyles,
    css`
      .when {
        white-space: nowrap;
      }
      .checked {
        margin: var(--space-4) 0 0;
        overflow-wrap: anywhere;
      }
    `,
  ];

  @state() private older: readonly AuditEntry[] = [];
  @state() private ended = false;
  @state() private check: AuditCheck | undefined;
  @state() private error: ApiError | undefined;
  readonly #once = oneAtATime(this);

  readonly #newest = new QueryController<string, AuditEntry[]>(this, {
    key: () => 'newest',
    subject: (key) => key,
    fetch: (_key, signal) => listAudit(undefined, signal),
  });

  get #entries(): readonly AuditEntry[] {
    return [...(this.#newest.value ?? []), ...this.older];
  }

  override render() {
    const unread = this.#newest.error;
    const isEnd = this.ended || (this.#entries.at(-1)?.number ?? 1) === 1;
    return html`<header class="page-head">
        <h1>${msg('Audit')}</h1>
        <button class="button" type="button" @click=${this.#verify}>${msg('Verify')}</button>
      </header>
      ${unread ? html`<cn-error-note .error=${unread} @cn-retry=${() => this.#newest.retry()}></cn-error-note>` : nothing}
      ${this.error ? html`<cn-error-note .error=${this.error} @cn-retry=${() => this.#more()}></cn-error-note>` : nothing}
      ${this.check ? this.#checked(this.check) : nothing}
      <section>
        <h2>${msg('Who did what, newest first')}</h2>
        <div class="scroll" tabindex="0" role="region" aria-label=${msg('Entries')}>
          <table>
            <thead>
              <tr><th scope="col" class="number">${msg('Number')}</th><th scope="col">${msg('At')}</th><th scope="col">${msg('Who')}</th><th scope="col">${msg('From')}</th><th scope="col">${msg('Did')}</th><th scope="col">${msg('To')}</th><th scope="col">${msg('Detail')}</th></tr>
            </thead>
            <tbody>
              ${this.#entries.map(
                ({ number, at, actor, address, action, target, detail }) => html`<tr>
                  <td class="number">${number}</td>
                  <td class="when">${formatInstant(at, zone)}</td>
                  <td>${actor}</td>
                  <td>${address}</td>
                  <td>${action}</td>
                  <td>${target}</td>
                  <td class="caption">${detail}</td>
                </tr>`,
              )}
            </tbody>
          </table>
        </div>
        ${this.#newest.value || unread ? nothing : html`<p class="caption" role="status">${msg('Loading …')}</p>`}
        ${isEnd ? nothing : html`<p><button class="button" type="button" @click=${() => this.#more()}>${msg('Older entries')}</button></p>`}
      </section>
      <section>
        <h2>${msg('How long it is kept')}</h2>
        <cn-server-retention-form></cn-server-retention-form>
      </section>`;
  }

  #checked({ entries, brokenAt, lastHash }: AuditCheck) {
    return html`<p class="checked" role="status">
      ${
        brokenAt === undefined
          ? msg(str`${formatCount(entries)} entries, none changed. Hash of the last: ${lastHash}`)
          : msg(
              str`The audit trail was changed: entry ${brokenAt} does not follow from those before.`,
            )
      }
    </p>`;
  }

  async #more(): Promise<void> {
    await this.#do(async () => {
      const older = await listAudit(this.#entries.at(-1)?.number);
      this.older = [...this.older, ...older];
      // Retention may have removed the first ones.
      this.ended = older.length === 0;
    });
  }

  async #verify(): Promise<void> {
    await this.#do(async () => {
      this.check = await verifyAudit();
    });
  }

  #do(work: () => Promise<void>): Promise<void> {
    return this.#once(async () => {
      this.error = undefined;
      try {
        await work();
      } catch (error) {
        this.error = asApiError(error);
      }
    });
  }
}
