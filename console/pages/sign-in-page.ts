/** Signing in: by password and, where there is one, the second factor; or by the organisation. Fires `cn-entered`. */
import { msg } from '@lit/localize';
import { html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { WaysIn } from '../../core/contract/access.ts';
import { askForLink, readWaysIn, signIn } from '../api/access.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import '../components/error-note.ts';
import '../components/language-picker.ts';
import { controlStyles } from '../styles/controls.ts';
import { formStyles } from '../styles/form.ts';
import { pageStyles } from '../styles/page.ts';
import { signInStyles } from '../styles/sign-in.ts';
import { textStyles } from '../styles/text.ts';
import { valuesOf } from './form-values.ts';

@customElement('cn-sign-in-page')
export class SignInPage extends LitElement {
  static override styles = [textStyles, controlStyles, formStyles, pageStyles, signInStyles];

  /** Whether it stands over a page whose sign-in has ended. */
  @property({ type: Boolean }) hasEnded = false;
  @state() private ways: WaysIn | undefined;
  @state() private error: ApiError | undefined;
  @state() private busy = false;
  /** True once the password was right, and a code is asked for. */
  @state() private needsCode = false;
  /** The form that asks for a link is open; then, that it was asked for. */
  @state() private forgotten: 'no' | 'open' | 'asked' = 'no';

  override connectedCallback(): void {
    super.connectedCallback();
    document.title = msg('Sign in · Canister');
    readWaysIn().then(
      (ways) => {
        this.ways = ways;
      },
      (error) => {
        this.error = asApiError(error);
      },
    );
  }

  override render() {
    return html`${this.#page()}
      <cn-language-picker></cn-language-picker>`;
  }

  #page() {
    if (this.ways?.unclaimed) return this.#unclaimed();
    const refused = new URLSearchParams(location.search).has('refused');
    return html`<h1>${msg('Sign in to Canister')}</h1>
      ${
        this.hasEnded
          ? html`<p class="lead" role="alert">
              ${msg('Your sign-in has ended. What you have typed is still there: sign in, and go on with it.')}
            </p>`
          : nothing
      }
      ${
        refused && this.error === undefined
          ? html`<p class="lead" role="alert">
              ${msg("The organisation's sign-in did not lead here. Either it failed, or nobody has invited you yet.")}
            </p>`
          : nothing
      }
      ${this.forgotten === 'no' ? this.#signIn() : this.#forgotten()}`;
  }

  #unclaimed() {
    return html`<h1>${msg('Canister has no administrator yet')}</h1>
      <p class="lead">
        ${msg('The server has printed a link that makes the first one. Open it here. Until then it lets in only the machine that it runs on, at http://localhost.')}
      </p>`;
  }

  #signIn() {
    return html`<form @submit=${this.#submit}>
        <div class="form-field">
          <label for="email">${msg('Mail address')}</label>
          <input id="email" name="email" class="field" type="email" autocomplete="username" required />
        </div>
        <div class="form-field">
          <label for="password">${msg('Password')}</label>
          <input id="password" name="password" class="field" type="password" autocomplete="current-password" required />
        </div>
        ${
          this.needsCode
            ? html`<div class="form-field">
                <label for="code">${msg('Code')}</label>
                <input
                  id="code"
                  name="code"
                  class="field mono"
                  autocomplete="one-time-code"
                  spellcheck="false"
                  aria-describedby="code-hint"
                  required
                />
                <p id="code-hint" class="caption">${msg('Of your authenticator, or a recovery code.')}</p>
              </div>`
            : nothing
        }
        ${this.error ? html`<cn-error-note .error=${this.error}></cn-error-note>` : nothing}
        <div class="form-actions">
          <button class="button first" type="submit" ?disabled=${this.busy}>${msg('Sign in')}</button>
          <button class="button plain" type="button" @click=${() => this.#open('open')}>${msg('Forgotten password')}</button>
        </div>
      </form>
      ${
        this.ways?.oidc
          ? html`<p class="beside"><a class="button" href="/api/sign-in/oidc">${msg('Sign in by your organisation')}</a></p>`
          : nothing
      }`;
  }

  #forgotten() {
    if (this.forgotten === 'asked') {
      return html`<p class="lead" role="status">
          ${msg('If there is such a user, a link is on its way. It works once, for an hour.')}
        </p>
        <button class="button" type="button" @click=${() => this.#open('no')}>${msg('Back')}</button>`;
    }
    return html`<form @submit=${this.#ask}>
      <div class="form-field">
        <label for="email">${msg('Mail address')}</label>
        <input id="email" name="email" class="field" type="email" autocomplete="username" required />
      </div>
      ${this.error ? html`<cn-error-note .error=${this.error}></cn-error-note>` : nothing}
      <div class="form-actions">
        <button class="button first" type="submit" ?disabled=${this.busy}>${msg('Send a link')}</button>
        <button class="button plain" type="button" @click=${() => this.#open('no')}>${msg('Back')}</button>
      </div>
    </form>`;
  }

  #open(forgotten: 'no' | 'open') {
    this.error = undefined;
    this.forgotten = forgotten;
  }

  async #submit(event: Event): Promise<void> {
    const { email, password, code } = valuesOf(event, 'email', 'password', 'code');
    await this.#do(async () => {
      await signIn({ email, password, ...(code === '' ? {} : { code }) });
      this.dispatchEvent(new CustomEvent('cn-entered', { bubbles: true, composed: true }));
    });
  }

  async #ask(event: Event): Promise<void> {
    const { email } = valuesOf(event, 'email');
    await this.#do(async () => {
      await askForLink(email);
      this.forgotten = 'asked';
    });
  }

  async #do(work: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.error = undefined;
    try {
      await work();
    } catch (error) {
      const refused = asApiError(error);
      if (refused.code === 'second_factor_needed') {
        this.needsCode = true;
        await this.updateComplete;
        this.renderRoot.querySelector<HTMLElement>('#code')?.focus();
      } else this.error = refused;
    } finally {
      this.busy = false;
    }
  }
}
