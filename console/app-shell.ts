/**
 * The frame around every page: skip link, navigation (a side column, or a bar with a menu where it is narrow), and
 * the main part. It loads the list of datasets and decides what an address without a page means.
 */
import { msg, str } from '@lit/localize';
import '@awesome.me/webawesome/dist/components/icon/icon.js';
import { ContextProvider } from '@lit/context';
import { Router } from '@lit-labs/router';
import { html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Me } from '../core/contract/access.ts';
import type { Dataset } from '../core/contract/dataset.ts';
import { readMe, signOut } from './api/access.ts';
import { frameAddresses } from './api/asked-early.ts';
import { ApiError, accessNews, asApiError } from './api/client.ts';
import { listDatasets } from './api/datasets.ts';
import { mayI, meContext } from './context/me.ts';
import './components/commands.ts';
import './components/connection-note.ts';
import './components/empty-state.ts';
import './components/error-note.ts';
import './components/leave-question.ts';
import './components/side-nav.ts';
import './components/undo-note.ts';
import { datasetsContext, firstDataset } from './context/datasets.ts';
import { rememberDataset } from './context/last-dataset.ts';
import { onOtherTab, tellOtherTabs } from './context/other-tabs.ts';
import { keepFocus } from './controllers/kept-focus.ts';
import { navigate, onLocationChange } from './controllers/location.ts';
import { oneAtATime } from './controllers/one-at-a-time.ts';
import { forgetUnsaved } from './controllers/unsaved-input.ts';
import { administerPlaces, groupsOf, placeLabel } from './nav-places.ts';
import { installWorker } from './offline/installed.ts';
import { forgetStaleness } from './offline/staleness.ts';
import { createRoutes, overviewPath, type Place, placeOf } from './routes.ts';
import { appShellStyles } from './styles/app-shell.ts';
import logo from './styles/canister.svg';
import { controlStyles } from './styles/controls.ts';
import { skeletonStyles } from './styles/skeleton.ts';
import { textStyles } from './styles/text.ts';

@customElement('cn-app')
export class AppShell extends LitElement {
  static override styles = [textStyles, controlStyles, skeletonStyles, appShellStyles];

  @state() private datasets: readonly Dataset[] | undefined;
  @state() private error: ApiError | undefined;
  @state() private me: Me | undefined;
  /** What is shown instead of pages to who is not signed in. */
  @state() private stranger: 'sign-in' | 'welcome' | undefined;
  /** Whether somebody has typed something into the page at hand. */
  @state() private hasInput = false;
  /** Puts a newer version of the console in force; undefined while none waits. */
  @state() private newVersion: (() => void) | undefined;
  @state() private place: Place = placeOf(location.pathname);
  readonly #once = oneAtATime(this);

  #release: (() => void) | undefined;
  #stopHearing: (() => void) | undefined;
  #letFocusGo: (() => void) | undefined;
  readonly #provider = new ContextProvider(this, {
    context: datasetsContext,
    initialValue: { list: [], reload: () => this.#load() },
  });
  readonly #meProvider = new ContextProvider(this, { context: meContext, initialValue: undefined });
  readonly #router = new Router(
    this,
    createRoutes({
      dataset: (slug) => this.datasets?.find((dataset) => dataset.slug === slug),
      me: () => this.me,
      failed: () => {
        this.error = new ApiError({
          code: 'unreachable',
          status: 0,
          title: msg('This page could not be loaded'),
          detail: msg('A part of the console is missing. It may have been updated meanwhile.'),
        });
      },
    }),
    { fallback: { render: () => this.#nothingHere() } },
  );

  override connectedCallback(): void {
    super.connectedCallback();
    this.#release = onLocationChange(() => this.#arrive());
    this.#letFocusGo = keepFocus();
    this.#stopHearing = onOtherTab((email) => void this.#hear(email));
    accessNews.addEventListener('signed-out', this.#signedOut);
    accessNews.addEventListener('right-missing', this.#rightMissing);
    installWorker((reload) => {
      this.newVersion = reload;
    });
    // A link is followed whoever is signed in in this browser.
    if (this.place.id === 'welcome' && this.place.slug === '') void this.#showStranger('welcome');
    else void this.#load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#release?.();
    this.#letFocusGo?.();
    this.#stopHearing?.();
    accessNews.removeEventListener('signed-out', this.#signedOut);
    accessNews.removeEventListener('right-missing', this.#rightMissing);
  }

  readonly #signedOut = () => void this.#showStranger('sign-in');
  /** Roles may have changed since they were loaded: what is offered follows, or waits for the next refusal. */
  readonly #rightMissing = () => void this.#loadMe().catch(() => undefined);

  async #showStranger(page: 'sign-in' | 'welcome'): Promise<void> {
    if (this.stranger === page) return;
    await (page === 'welcome'
      ? import('./pages/welcome-page.ts')
      : import('./pages/sign-in-page.ts'));
    // What somebody has typed waits below the sign-in for them; all else goes with the sign-in that has ended.
    if (!(page === 'sign-in' && this.hasInput && this.me?.kind === 'user')) {
      this.hasInput = false;
      this.me = undefined;
      this.datasets = undefined;
    }
    this.stranger = page;
  }

  /** Somebody has come in: goes on where the same person was, or begins anew, where the address leads or at the start. */
  async #entered(): Promise<void> {
    if (this.hasInput) {
      const before = this.me;
      const isKnown = await this.#loadMe().then(
        () => true,
        () => false,
      );
      // What one person has typed is not for the next one, nor for somebody who is not known yet.
      if (!isKnown || this.me?.email === undefined || this.me.email !== before?.email) {
        forgetUnsaved();
        location.reload();
        return;
      }
      // Closed, it gives the focus back to what had it.
      this.renderRoot.querySelector<HTMLDialogElement>('dialog.away')?.close();
      this.stranger = undefined;
      accessNews.dispatchEvent(new Event('signed-in'));
      return;
    }
    this.stranger = undefined;
    if (['welcome', 'sign-in'].includes(this.place.id)) navigate('/', 'replace');
    void this.#load();
  }

  #signOut(): Promise<void> {
    return this.#once(async () => {
      try {
        await signOut();
        tellOtherTabs(undefined);
        // What the last person had open is not for the next one.
        location.assign('/');
      } catch (error) {
        this.error = asApiError(error);
      }
    });
  }

  async #loadDatasets(): Promise<void> {
    const list = await listDatasets();
    this.datasets = list;
    this.#provider.setValue({ list, reload: () => this.#load() });
  }

  async #loadMe(): Promise<void> {
    const before = this.me?.email;
    this.me = await readMe();
    this.#meProvider.setValue(this.me);
    if (this.me.email !== before) tellOtherTabs(this.me.email);
  }

  /** Somebody has come or gone in another tab: what is shown here is not for whoever is there now. */
  async #hear(email: string | undefined): Promise<void> {
    if (this.stranger === 'welcome') return;
    // What is on its way finds out by itself.
    if (this.stranger === undefined && (this.me === undefined || this.me.email === email)) return;
    try {
      const there = await readMe();
      if (this.stranger !== undefined) void this.#entered();
      else if (there.email !== this.me?.email) {
        forgetUnsaved();
        location.reload();
      }
    } catch {
      // Nobody is there: the sign-in is shown. Without an answer the next question tells.
    }
  }

  async #load(): Promise<void> {
    try {
      this.error = undefined;
      await Promise.all([this.#loadMe(), this.#loadDatasets()]);
    } catch (error) {
      const failed = asApiError(error);
      if (failed.code !== 'sign_in_needed') this.error = failed;
    }
  }

  /** At another place: closes the menu and puts keyboard and screen reader at the start of the new page. */
  #arrive(): void {
    const place = placeOf(location.pathname);
    const { id, slug, item } = this.place;
    if (place.id === id && place.slug === slug && place.item === item) return;
    this.place = place;
    this.hasInput = false;
    forgetStaleness(frameAddresses);
    this.renderRoot.querySelector('dialog')?.close();
    window.scrollTo(0, 0);
    this.renderRoot.querySelector('main')?.focus({ preventScroll: true });
  }

  protected override updated(): void {
    const away = this.renderRoot.querySelector<HTMLDialogElement>('dialog.away');
    if (away?.open === false) away.showModal();
    // Its page says what it is.
    if (this.stranger !== undefined) return;
    const open = this.#open;
    if (open) rememberDataset(open.slug);
    document.title = [placeLabel(this.place.id), open?.name, 'Canister']
      .filter(Boolean)
      .join(' · ');
  }

  get #open(): Dataset | undefined {
    return this.datasets?.find(({ slug }) => slug === this.place.slug);
  }

  override render() {
    if (this.stranger !== undefined && !this.hasInput) {
      return html`<main id="main" tabindex="-1" class="stranger" @cn-entered=${() => void this.#entered()}>
        ${this.#connectionNote()}
        ${
          this.stranger === 'welcome'
            ? html`<cn-welcome-page></cn-welcome-page>`
            : html`<cn-sign-in-page></cn-sign-in-page>`
        }
      </main>`;
    }
    return html`<header><a class="button first skip" href="#main" @click=${this.#skip}>${msg('Skip to the page')}</a>
      <div class="bar">
        <button class="button plain icon" type="button" aria-label=${msg('Menu')} @click=${this.#showMenu}>
          <wa-icon name="menu"></wa-icon>
        </button>
        <span class="ellipsis">${this.#open?.name ?? 'Canister'}</span>
      </div>
      <div class="side">${this.#nav()}</div></header>
      <dialog aria-label=${msg('Menu')} @click=${this.#closeOutside}>${this.#nav()}</dialog>
      <main id="main" tabindex="-1" @input=${this.#noteInput}>
        ${this.#connectionNote()} ${this.#page()}
      </main>
      ${this.stranger === undefined ? nothing : this.#away()}
      <cn-undo-note></cn-undo-note>
      <cn-leave-question></cn-leave-question>
      ${this.#commands()}`;
  }

  readonly #noteInput = () => {
    this.hasInput = true;
  };

  /** The sign-in over a page that is not to be lost. */
  #away() {
    return html`<dialog
      class="away"
      aria-label=${msg('Sign in')}
      @cancel=${(event: Event) => event.preventDefault()}
      @close=${() => this.requestUpdate()}
      @cn-entered=${() => void this.#entered()}
    >
      <div class="stranger"><cn-sign-in-page hasEnded></cn-sign-in-page></div>
    </dialog>`;
  }

  #commands() {
    const slug = this.#shownSlug;
    return html`<cn-commands
      .groups=${this.me ? groupsOf(slug, this.me) : []}
      .datasets=${this.#navDatasets}
      openSlug=${slug}
    ></cn-commands>`;
  }

  get #navDatasets() {
    return (this.datasets ?? []).map(({ slug, name }) => ({
      slug,
      name,
      href: overviewPath(slug),
    }));
  }

  /** The dataset whose places are offered. */
  get #shownSlug(): string {
    const { place } = this;
    // Where the page is about the whole server, the way back to the dataset last seen stays.
    const wholeServer = [...administerPlaces.map(({ id }) => id), 'account'].some(
      (id) => id === place.id && place.slug === '',
    );
    const shown = wholeServer ? firstDataset(this.datasets ?? []) : this.#open;
    return shown?.slug ?? '';
  }

  #nav() {
    const slug = this.#shownSlug;
    // All places at once: a link that moves while somebody presses it leads elsewhere.
    const isSettled = this.datasets !== undefined || this.error !== undefined;
    const known = isSettled ? this.me : undefined;
    return html`<cn-side-nav
      .datasets=${this.#navDatasets}
      .groups=${known ? groupsOf(slug, known) : []}
      ?mayCreate=${mayI(known, 'administer')}
      user=${known?.kind === 'user' ? known.name : ''}
      @cn-sign-out=${() => this.renderRoot.querySelector('cn-leave-question')?.ask(() => void this.#signOut())}
      openSlug=${slug}
      place=${this.place.id}
      logo=${logo}
    ></cn-side-nav>`;
  }

  #connectionNote() {
    return html`<cn-connection-note .newVersion=${this.newVersion}></cn-connection-note>`;
  }

  #page() {
    if (this.error !== undefined) {
      return html`<div class="alone">
        <h1 class="only-read">Canister</h1>
        <cn-error-note .error=${this.error} @cn-retry=${() => this.#retry()}></cn-error-note>
      </div>`;
    }
    if (this.datasets === undefined || this.me === undefined) {
      return html`<div class="alone" role="status" aria-label=${msg('Loading')}>
        <span class="bone" style="width: 12rem"></span>
      </div>`;
    }
    if (this.place.slug !== '' && this.#open === undefined) return this.#unknownDataset();
    return this.#router.outlet() ?? nothing;
  }

  #retry() {
    if (this.datasets === undefined) void this.#load();
    else location.reload();
  }

  #unknownDataset() {
    const text = msg(
      'It may have another name, or it was never made here. Nothing is lost: choose another one in the navigation.',
    );
    return html`<div class="alone">
      <cn-empty-state alone heading=${msg(str`There is no dataset "${this.place.slug}"`)} text=${text}>
        <a class="button" href="/">${msg('Go to the start')}</a>
      </cn-empty-state>
    </div>`;
  }

  #nothingHere() {
    return html`<div class="alone">
      <cn-empty-state alone heading=${msg('There is nothing at this address')} text=${msg('The page may have moved, or the address has a slip in it.')}>
        <a class="button" href="/">${msg('Go to the start')}</a>
      </cn-empty-state>
    </div>`;
  }

  #skip(event: Event) {
    event.preventDefault();
    event.stopPropagation();
    this.renderRoot.querySelector('main')?.focus();
  }

  #showMenu() {
    this.renderRoot.querySelector('dialog')?.showModal();
  }

  #closeOutside(event: Event) {
    const target = event.target;
    if (target instanceof HTMLDialogElement) target.close();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-app': AppShell;
  }
}
