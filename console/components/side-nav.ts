/**
 * The navigation: the dataset on top, its places below in their groups, the theme at the foot. It knows links, no fetching. Fires
 * `cn-sign-out` and `cn-open-palette`.
 */
import { msg } from '@lit/localize';
import '@awesome.me/webawesome/dist/components/dropdown/dropdown.js';
import '@awesome.me/webawesome/dist/components/dropdown-item/dropdown-item.js';
import '@awesome.me/webawesome/dist/components/icon/icon.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { chooseTheme, type ThemeChoice, themeChoice, themeChoices } from '../context/theme.ts';
import { navigate } from '../controllers/location.ts';
import { controlStyles } from '../styles/controls.ts';
import { textStyles } from '../styles/text.ts';

export interface NavPlace {
  id: string;
  label: string;
  icon: string;
  href: string;
  /** The key that goes there, after `g`. */
  letter?: string;
}

/** Places that belong together; the first group needs no heading. */
export interface NavGroup {
  id: string;
  heading?: string;
  places: readonly NavPlace[];
}

export interface NavDataset {
  slug: string;
  name: string;
  href: string;
}

const isApple = /Mac|iPhone|iPad/.test(navigator.userAgent);

const themeLabels: Record<ThemeChoice, string> = {
  auto: msg('System'),
  light: msg('Light'),
  dark: msg('Dark'),
};

@customElement('cn-side-nav')
export class SideNav extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    css`
      :host {
        display: flex;
        flex-direction: column;
        gap: var(--space-4);
        height: 100%;
        padding: var(--space-3);
      }
      .home {
        display: flex;
        align-items: center;
        gap: var(--space-2);
        padding: var(--space-1) var(--space-2);
        color: var(--ink);
        font-weight: 680;
        letter-spacing: -0.011em;
        text-decoration: none;
      }
      .home img {
        width: 1.25rem;
        height: 1.25rem;
      }
      wa-dropdown {
        display: block;
      }
      wa-dropdown-item::part(label) {
        max-width: 16rem;
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .picker {
        justify-content: space-between;
        width: 100%;
        border-color: var(--line);
        font-weight: 600;
      }
      .picker .ellipsis {
        line-height: 1.5;
      }
      .picker wa-icon {
        color: var(--ink-quiet);
        font-size: var(--text-caption);
      }
      .goto {
        justify-content: flex-start;
        width: 100%;
        margin-top: calc(-1 * var(--space-3));
        padding: 0 var(--space-2);
        border-color: transparent;
      }
      .goto kbd {
        margin-inline-start: auto;
        font-size: var(--text-caption);
        font-weight: 450;
      }
      ul {
        display: grid;
        gap: 1px;
        margin: 0;
        padding: 0;
        list-style: none;
      }
      nav h2 {
        padding: var(--space-1) var(--space-2);
        color: var(--ink-quiet);
        font-size: var(--text-caption);
        font-weight: 550;
      }
      ul + h2 {
        margin-top: var(--space-3);
      }
      .place {
        display: flex;
        align-items: center;
        gap: var(--space-2);
        min-height: 2rem;
        padding: 0 var(--space-2);
        border-radius: var(--radius);
        color: var(--ink);
        font-size: var(--text-dense);
        font-weight: 500;
        text-decoration: none;
      }
      .place wa-icon {
        color: var(--ink-quiet);
      }
      .place:hover {
        background: var(--ground-hover);
        color: var(--ink);
      }
      .place[aria-current] {
        background: var(--accent-ground);
        color: var(--accent-strong);
        font-weight: 600;
      }
      .place[aria-current] wa-icon {
        color: var(--accent);
      }
      fieldset {
        display: flex;
        margin: auto 0 0;
        padding: 0;
        border: 0;
        gap: 1px;
      }
      .themes button {
        flex: 1;
        min-width: 0;
        min-height: 1.75rem;
        padding: 0 var(--space-1);
        border: 0;
        font-size: var(--text-caption);
      }
      .themes button[aria-pressed='true'] {
        background: var(--ground-hover);
        color: var(--ink);
      }
    `,
  ];

  @property({ attribute: false }) datasets: readonly NavDataset[] = [];
  @property({ attribute: false }) groups: readonly NavGroup[] = [];
  /** The slug of the dataset that is open, if one is. */
  @property() openSlug = '';
  /** The id of the place that is open. */
  @property() place = '';
  @property() logo = '';
  /** Whether a new dataset is offered. */
  @property({ type: Boolean }) mayCreate = false;
  /** The name of who is signed in; empty for nobody. */
  @property() user = '';
  @state() private theme = themeChoice();
  #toOtherTab = false;

  override render() {
    const open = this.datasets.find(({ slug }) => slug === this.openSlug);
    return html`<a class="home" href="/"><img src=${this.logo} alt="" />Canister</a>
      ${this.datasets.length === 0 ? nothing : this.#picker(open)}
      <button class="button plain goto" type="button" @click=${this.#openPalette}>
        <wa-icon name="search"></wa-icon>${msg('Go to …')}<kbd aria-hidden="true">${isApple ? '⌘' : 'Ctrl'} K</kbd>
      </button>
      <nav aria-label=${msg('Main')}>
        ${this.groups.map(
          ({
            id,
            heading,
            places,
          }) => html`${heading === undefined ? nothing : html`<h2 id=${id}>${heading}</h2>`}
          ${this.#list(places, heading === undefined ? undefined : id)}`,
        )}
        ${this.user === '' ? nothing : this.#account()}
      </nav>
      ${this.#themes()}`;
  }

  #openPalette() {
    this.dispatchEvent(new CustomEvent('cn-open-palette', { bubbles: true, composed: true }));
  }

  #list(places: readonly NavPlace[], headingId?: string) {
    return html`<ul aria-labelledby=${headingId ?? nothing}>
      ${places.map(
        (place) => html`<li>
          <a
            class="place"
            href=${place.href}
            aria-current=${place.id === this.place ? 'page' : nothing}
            ><wa-icon name=${place.icon}></wa-icon>${place.label}</a
          >
        </li>`,
      )}
    </ul>`;
  }

  #account() {
    const page = this.place === 'account' ? 'page' : nothing;
    return html`<h2 id="account">${msg('Signed in')}</h2>
      <ul aria-labelledby="account">
        <li>
          <a class="place" href="/account" aria-current=${page} title=${this.user}
            ><wa-icon name="account"></wa-icon><span class="ellipsis">${this.user}</span></a
          >
        </li>
        <li>
          <button class="button plain" type="button" @click=${this.#signOut}>${msg('Sign out')}</button>
        </li>
      </ul>`;
  }

  #signOut() {
    this.dispatchEvent(new CustomEvent('cn-sign-out', { bubbles: true, composed: true }));
  }

  #picker(open: NavDataset | undefined) {
    return html`<wa-dropdown
      size="s"
      placement="bottom-start"
      @click=${{ handleEvent: this.#press, capture: true }}
      @wa-select=${this.#chooseDataset}
    >
      <button slot="trigger" class="button picker" type="button" title=${open?.name ?? ''}>
        <span class="ellipsis"
          ><span class="only-read">${msg('Dataset:')} </span>${open?.name ?? msg('Choose a dataset')}</span
        >
        <wa-icon name="chevron-expand"></wa-icon>
      </button>
      ${this.datasets.map(
        ({ slug, name, href }) =>
          html`<wa-dropdown-item href=${href} value=${slug}
            >${name}${
              slug === this.openSlug
                ? html`<wa-icon slot="details" name="check" label=${msg('open')}></wa-icon>`
                : nothing
            }</wa-dropdown-item
          >`,
      )}
      ${
        this.mayCreate
          ? html`<wa-dropdown-item href="/datasets/new" value=":new"
              ><wa-icon slot="icon" name="plus"></wa-icon>${msg('New dataset')}</wa-dropdown-item
            >`
          : nothing
      }
    </wa-dropdown>`;
  }

  readonly #press = ({ ctrlKey, metaKey, shiftKey }: MouseEvent) => {
    this.#toOtherTab = ctrlKey || metaKey || shiftKey;
  };

  /** The list's own link would load the whole console anew, and who works by keyboard would begin at its start. */
  readonly #chooseDataset = (event: CustomEvent<{ item: HTMLElement }>) => {
    const href = event.detail.item.getAttribute('href');
    if (href === null || this.#toOtherTab) return;
    event.preventDefault();
    const list = event.currentTarget as HTMLElementTagNameMap['wa-dropdown'];
    list.open = false;
    list.querySelector('button')?.focus({ preventScroll: true });
    if (href !== location.pathname) navigate(href);
  };

  #themes() {
    return html`<fieldset class="themes">
      <legend class="only-read">${msg('Theme')}</legend>
      ${themeChoices.map(
        (choice) => html`<button
          class="button plain"
          type="button"
          aria-pressed=${String(this.theme === choice)}
          @click=${() => this.#choose(choice)}
        >
          ${themeLabels[choice]}
        </button>`,
      )}
    </fieldset>`;
  }

  #choose(choice: ThemeChoice) {
    chooseTheme(choice);
    this.theme = choice;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-side-nav': SideNav;
  }
}
