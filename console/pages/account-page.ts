/** `/account`: one's own password, second factor and sign-ins. */

import { consume } from '@lit/context';
import { msg } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Me, SignIn } from '../../core/contract/access.ts';
import {
  beginSecondFactor,
  confirmSecondFactor,
  endSignIn,
  listSignIns,
  removeSecondFactor,
  setPassword,
} from '../api/access.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import '../components/code-block.ts';
import '../components/empty-state.ts';
import '../components/error-note.ts';
import '../components/language-picker.ts';
import { formatInstant } from '../components/time-format.ts';
import { meContext } from '../context/me.ts';
import { oneAtATime } from '../controllers/one-at-a-time.ts';
import { QueryController } from '../controllers/query-controller.ts';
import { typedFields, UnsavedInput } from '../controllers/unsaved-input.ts';
import { controlStyles } from '../styles/controls.ts';
import { formStyles } from '../styles/form.ts';
import { pageStyles } from '../styles/page.ts';
import { tableStyles } from '../styles/tables.ts';
import { textStyles } from '../styles/text.ts';
import { emptyOnceTaken, valuesOf } from './form-values.ts';

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

@customElement('cn-account-page')
export class AccountPage extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    formStyles,
    tableStyles,
    pageStyles,
    css`
      form {
        max-width: 26rem;
        margin-top: var(--space-2);
      }
      .actions {
        text-align: end;
      }
    `,
  ];

  @consume({ context: meContext, subscribe: true })
  @state()
  private me: Me | undefined;
  @state() private error: ApiError | undefined;
  @state() private said = '';
  /** Undefined until it was changed on this page. */
  @state() private hasFactor: boolean | undefined;
  @state() private factor: { secret: string; url: string } | undefined;
  @state() private recoveryCodes: readonly string[] = [];

  readonly #once = oneAtATime(this);
  readonly #signIns = new QueryController<string, SignIn[]>(this, {
    key: () => (this.me?.kind === 'user' ? 'sign-ins' : undefined),
    subject: (key) => key,
    fetch: (_key, signal) => listSignIns(signal),
  });

  constructor() {
    super();
    new UnsavedInput(this, { typed: () => typedFields(this.renderRoot), saved: () => undefined });
  }

  override render() {
    if (this.me !== undefined && this.me.kind !== 'user') return this.#withoutAccount();
    const error = this.error ?? this.#signIns.error;
    return html`<header class="page-head">
        <h1>${msg('Account')}</h1>
        <span class="caption">${this.me?.email ?? ''}</span>
      </header>
      ${error ? html`<cn-error-note .error=${error} @cn-retry=${() => this.#do(async () => {})}></cn-error-note>` : nothing}
      <p role="status">${this.said}</p>
      ${this.#password()} ${this.#secondFactor()} ${this.#list()} ${this.#language()}`;
  }

  /** Who works on the machine itself, without a sign-in, has no password to change. */
  #withoutAccount() {
    return html`<header class="page-head"><h1>${msg('Account')}</h1></header>
      <cn-empty-state
        heading=${msg('You are not signed in')}
        text=${msg('The console is open to this machine until the first administrator is made. Passwords and sign-ins stand here then.')}
        ><a class="button" href="/users">${msg('Invite an administrator')}</a></cn-empty-state
      >
      ${this.#language()}`;
  }

  #language() {
    return html`<section>
      <h2>${msg('Language of the console')}</h2>
      <cn-language-picker></cn-language-picker>
    </section>`;
  }

  #password() {
    return html`<section>
      <h2>${msg('Password')}</h2>
      <form @submit=${this.#setPassword}>
        ${this.#field('current', msg('Present password'), 'current-password')}
        ${this.#field('password', msg('New password'), 'new-password')}
        <button class="button" type="submit">${msg('Set password')}</button>
      </form>
    </section>`;
  }

  #field(
    name: string,
    label: string,
    autocomplete: 'current-password' | 'new-password',
    id = name,
  ) {
    return html`<div class="form-field">
      <label for=${id}>${label}</label>
      <input id=${id} name=${name} class="field" type="password" autocomplete=${autocomplete} required />
    </div>`;
  }

  #secondFactor() {
    const has = this.hasFactor ?? this.me?.secondFactor ?? false;
    return html`<section>
      <h2>${msg('Second factor')}</h2>
      <p class="quiet">
        ${has ? msg('Signing in asks for a code of your authenticator.') : msg('Signing in asks for the password alone.')}
      </p>
      ${this.factor ? this.#confirm(this.factor) : this.#change(has)}
      ${
        this.recoveryCodes.length > 0
          ? html`<p>${msg('Recovery codes, each good once, for when the authenticator is lost. They are not shown again.')}</p>
              <cn-code-block text=${this.recoveryCodes.join('\n')} copies=${msg('the recovery codes')}></cn-code-block>`
          : nothing
      }
    </section>`;
  }

  #change(has: boolean) {
    return html`<form @submit=${has ? this.#remove : this.#begin}>
      ${this.#field('current', msg('Present password'), 'current-password', 'factor-current')}
      <button class="button" type="submit">${has ? msg('Remove') : msg('Set up')}</button>
    </form>`;
  }

  #confirm({ secret, url }: { secret: string; url: string }) {
    return html`<p>${msg(html`Put this secret into your authenticator, or <a href=${url}>open it there</a>, then give its code.`)}</p>
      <cn-code-block text=${secret} copies=${msg('the secret')}></cn-code-block>
      <form @submit=${this.#finish}>
        <div class="form-field">
          <label for="code">${msg('Code')}</label>
          <input id="code" name="code" class="field mono" autocomplete="one-time-code" required />
        </div>
        <button class="button first" type="submit">${msg('Confirm')}</button>
      </form>`;
  }

  #list() {
    const { value: signIns, error } = this.#signIns;
    return html`<section>
      <h2>${msg('Where you are signed in')}</h2>
      ${signIns ? this.#signInTable(signIns) : error ? nothing : html`<p class="caption" role="status">${msg('Loading …')}</p>`}
    </section>`;
  }

  #signInTable(signIns: readonly SignIn[]) {
    return html`
      <div class="scroll" tabindex="0" role="region" aria-label=${msg('Sign-ins')}>
        <table>
          <thead>
            <tr><th>${msg('Browser')}</th><th>${msg('From')}</th><th>${msg('Since')}</th><th>${msg('Last seen')}</th><th><span class="only-read">${msg('Changes')}</span></th></tr>
          </thead>
          <tbody>
            ${signIns.map(
              ({
                id,
                browser,
                address,
                createdAt,
                lastSeenAt,
                current,
              }) => html`<tr ?acting=${this.#once.isActing(id)}>
                <td>${browser}</td>
                <td>${address}</td>
                <td class="when">${formatInstant(createdAt, zone)}</td>
                <td class="when">${formatInstant(lastSeenAt, zone)}</td>
                <td class="actions">
                  ${
                    current
                      ? msg('this one')
                      : html`<button class="button plain" type="button" @click=${() => this.#once(() => this.#do(() => endSignIn(id)), id)}>
                          ${msg('End')}
                        </button>`
                  }
                </td>
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
    `;
  }

  #setPassword(event: Event) {
    const empty = emptyOnceTaken(event.currentTarget as HTMLFormElement);
    const input = valuesOf(event, 'current', 'password');
    void this.#once(() =>
      this.#do(async () => {
        await setPassword(input);
        empty();
        this.said = msg('The password is set. Your other sign-ins have ended.');
      }),
    );
  }

  #begin(event: Event) {
    const { current } = valuesOf(event, 'current');
    void this.#once(() =>
      this.#do(async () => {
        this.factor = await beginSecondFactor(current);
      }),
    );
  }

  #finish(event: Event) {
    const { code } = valuesOf(event, 'code');
    void this.#once(() =>
      this.#do(async () => {
        this.recoveryCodes = await confirmSecondFactor(code);
        this.factor = undefined;
        this.hasFactor = true;
      }),
    );
  }

  #remove(event: Event) {
    const { current } = valuesOf(event, 'current');
    void this.#once(() =>
      this.#do(async () => {
        await removeSecondFactor(current);
        this.recoveryCodes = [];
        this.hasFactor = false;
      }),
    );
  }

  async #do(work: () => Promise<unknown>): Promise<void> {
    this.error = undefined;
    this.said = '';
    try {
      await work();
      await this.#signIns.retry();
    } catch (error) {
      this.error = asApiError(error);
    }
  }
}
