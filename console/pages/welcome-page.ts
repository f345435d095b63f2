/**
 * Where links that work once lead: to the first administrator, an invitation, or another password. The token stands
 * behind `#` and is taken out of the address at once. Fires `cn-entered`.
 */
import { msg, str } from '@lit/localize';
import { html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { LinkState } from '../../core/contract/access.ts';
import { lookAtLink, makeFirst, takeLink } from '../api/access.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import '../components/error-note.ts';
import '../components/language-picker.ts';
import { controlStyles } from '../styles/controls.ts';
import { formStyles } from '../styles/form.ts';
import { pageStyles } from '../styles/page.ts';
import { signInStyles } from '../styles/sign-in.ts';
import { textStyles } from '../styles/text.ts';
import { valuesOf } from './form-values.ts';

const words = {
  first: { title: msg('Make the first administrator'), button: msg('Make administrator') },
  invitation: { title: msg('Welcome to Canister'), button: msg('Come in') },
  reset: { title: msg('Choose another password'), button: msg('Set password') },
} as const;

@customElement('cn-welcome-page')
export class WelcomePage extends LitElement {
  static override styles = [textStyles, controlStyles, formStyles, pageStyles, signInStyles];

  @state() private link: LinkState | undefined;
  @state() private error: ApiError | undefined;
  @state() private busy = false;
  /** After a reset: one signs in with it. */
  @state() private isSet = false;
  readonly #token = location.hash.slice(1);

  override connectedCallback(): void {
    super.connectedCallback();
    document.title = msg('Welcome · Canister');
    history.replaceState({}, '', '/welcome');
    lookAtLink(this.#token || '-').then(
      (link) => {
        this.link = link;
      },
      (error) => {
        this.error = asApiError(error);
      },
    );
  }

  override render() {
    return html`${this.#page()}
      <cn-language-picker fragment=${this.#token}></cn-language-picker>`;
  }

  #page() {
    const { link } = this;
    const note = this.error ? html`<cn-error-note .error=${this.error}></cn-error-note>` : nothing;
    if (this.isSet) {
      return html`<h1>${msg('Your password is set')}</h1>
        <p class="lead">${msg('All your sign-ins have ended.')}</p>
        <a class="button first" href="/" @click=${this.#start}>${msg('Sign in')}</a>`;
    }
    if (link === undefined) {
      return html`<h1>Canister</h1>
        ${note}
        ${this.error ? html`<p class="beside"><a class="button" href="/" @click=${this.#start}>${msg('Go to the start')}</a></p>` : nothing}`;
    }
    const { title, button } = words[link.purpose];
    return html`<h1>${title}</h1>
      <form @submit=${this.#submit}>
        ${link.purpose === 'first' ? this.#address() : html`<p class="lead">${msg(str`For ${link.email}`)}</p>`}
        ${link.purpose === 'reset' ? nothing : this.#name(link.name ?? '')}
        <div class="form-field">
          <label for="password">${msg('Password')}</label>
          <input
            id="password"
            name="password"
            class="field"
            type="password"
            autocomplete="new-password"
            minlength="8"
            maxlength="256"
            aria-describedby="password-hint"
            required
          />
          <p id="password-hint" class="caption">${msg('8 characters or more, of any kind. Long is better than strange.')}</p>
        </div>
        ${note}
        <div class="form-actions">
          <button class="button first" type="submit" ?disabled=${this.busy}>${button}</button>
        </div>
      </form>`;
  }

  #address() {
    return html`<p class="lead">
        ${msg('The first administrator may do everything. From then on everybody signs in, on this machine too.')}
      </p>
      <div class="form-field">
        <label for="email">${msg('Mail address')}</label>
        <input id="email" name="email" class="field" type="email" autocomplete="username" required />
      </div>`;
  }

  #name(name: string) {
    return html`<div class="form-field">
      <label for="name">${msg('Name')}</label>
      <input id="name" name="name" class="field" autocomplete="name" maxlength="120" .value=${name} required />
    </div>`;
  }

  async #submit(event: Event): Promise<void> {
    const { email, name, password } = valuesOf(event, 'email', 'name', 'password');
    const token = this.#token;
    this.busy = true;
    this.error = undefined;
    try {
      if (this.link?.purpose === 'first') await makeFirst({ token, email, name, password });
      else {
        const me = await takeLink({ token, password, ...(name === '' ? {} : { name }) });
        this.isSet = me === undefined;
      }
      if (!this.isSet) this.#enter();
    } catch (error) {
      this.error = asApiError(error);
    } finally {
      this.busy = false;
    }
  }

  #start(event: Event) {
    event.preventDefault();
    this.#enter();
  }

  #enter() {
    this.dispatchEvent(new CustomEvent('cn-entered', { bubbles: true, composed: true }));
  }
}
