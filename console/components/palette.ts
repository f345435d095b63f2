/**
 * Everything there is to go to, found by typing: pages, datasets, reports, kept searches. A combobox with its list, so
 * that a screen reader tells which entry is chosen while the focus stays in the field. Fires `cn-close`.
 */
import { msg, str } from '@lit/localize';
import '@awesome.me/webawesome/dist/components/icon/icon.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { listReports } from '../api/reports.ts';
import { listSearches } from '../api/search.ts';
import { navigate } from '../controllers/location.ts';
import { reportPath, searchPath } from '../routes.ts';
import { controlStyles } from '../styles/controls.ts';
import { paletteStyles } from '../styles/palette.ts';
import { textStyles } from '../styles/text.ts';
import { type PaletteEntry, rankEntries } from './palette-entries.ts';
import type { NavDataset, NavGroup } from './side-nav.ts';

const shownMax = 50;

@customElement('cn-palette')
export class Palette extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    paletteStyles,
    css`
      :host {
        display: contents;
      }
    `,
  ];

  @property({ attribute: false }) groups: readonly NavGroup[] = [];
  @property({ attribute: false }) datasets: readonly NavDataset[] = [];
  @property() openSlug = '';

  @state() private typed = '';
  @state() private chosen = 0;
  @state() private reports: readonly PaletteEntry[] = [];
  @state() private searches: readonly PaletteEntry[] = [];

  protected override firstUpdated(): void {
    this.renderRoot.querySelector('dialog')?.showModal();
    void this.#load();
  }

  /** What is not there or not allowed is not offered; pages and datasets are, always. */
  async #load(): Promise<void> {
    const slug = this.openSlug;
    if (slug === '') return;
    const maySearch = this.groups.some(({ places }) => places.some(({ id }) => id === 'search'));
    const [reports, kept] = await Promise.allSettled([
      listReports(slug),
      maySearch ? listSearches(slug) : { searches: [] },
    ]);
    if (reports.status === 'fulfilled')
      this.reports = reports.value.map(({ name, title, group }) => ({
        kind: msg('Report'),
        label: title,
        hint: group,
        href: reportPath(slug, name),
      }));
    if (kept.status === 'fulfilled')
      this.searches = kept.value.searches.map(({ name, condition }) => ({
        kind: msg('Search'),
        label: name,
        hint: condition,
        href: searchPath(slug, condition),
      }));
  }

  #entries(): PaletteEntry[] {
    const pages = this.groups.flatMap(({ heading, places }) =>
      places.map(({ label, href }) => ({ kind: msg('Page'), label, hint: heading ?? '', href })),
    );
    const datasets = this.datasets.map(({ name, slug, href }) => ({
      kind: msg('Dataset'),
      label: name,
      hint: slug,
      href,
    }));
    return rankEntries([...pages, ...this.reports, ...this.searches, ...datasets], this.typed);
  }

  override render() {
    const found = this.#entries();
    const shown = found.slice(0, shownMax);
    const chosen = Math.min(this.chosen, shown.length - 1);
    return html`<dialog aria-label=${msg('Go to')} @close=${this.#closed} @click=${this.#closeOutside}>
      <input
        class="field"
        type="text"
        role="combobox"
        aria-label=${msg('Go to a page, dataset, report or search')}
        aria-expanded="true"
        aria-controls="found"
        aria-autocomplete="list"
        aria-activedescendant=${chosen >= 0 ? `entry-${chosen}` : nothing}
        placeholder=${msg('Page, dataset, report or search …')}
        autocomplete="off"
        spellcheck="false"
        maxlength="200"
        .value=${this.typed}
        @input=${this.#type}
        @keydown=${(event: KeyboardEvent) => this.#press(event, shown, chosen)}
      />
      <ul id="found" role="listbox" aria-label=${msg('Found')}>
        ${shown.map((entry, place) => this.#entry(entry, place, place === chosen))}
      </ul>
      <p class="caption foot">
        <span role="status">${found.length === 0 ? msg('Nothing is called so.') : msg(str`${found.length} found`)}</span>
        <span>${msg(html`<kbd>↑</kbd> <kbd>↓</kbd> choose, <kbd>Enter</kbd> goes, <kbd>Esc</kbd> closes`)}</span>
      </p>
    </dialog>`;
  }

  #entry({ kind, label, hint, href }: PaletteEntry, place: number, isChosen: boolean) {
    // The list is worked with from the field; a pointer may press an entry.
    return html`<li
      id="entry-${place}"
      role="option"
      aria-selected=${String(isChosen)}
      @click=${() => this.#go(href)}
    >
      <span class="name ellipsis">${label}</span>
      <span class="hint caption ellipsis">${hint}</span>
      <span class="kind caption">${kind}</span>
    </li>`;
  }

  #type(event: InputEvent) {
    this.typed = (event.target as HTMLInputElement).value;
    this.chosen = 0;
  }

  #press(event: KeyboardEvent, shown: readonly PaletteEntry[], chosen: number) {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    const step = steps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      // One step goes round; a page stops at the ends.
      const next = chosen + step;
      const round = (next + shown.length) % Math.max(1, shown.length);
      this.chosen = Math.abs(step) === 1 ? round : Math.max(0, Math.min(shown.length - 1, next));
    }
    const entry = shown[chosen];
    if (event.key === 'Enter' && entry) {
      event.preventDefault();
      this.#go(entry.href);
    }
  }

  protected override updated(): void {
    this.renderRoot.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }

  #go(href: string) {
    this.renderRoot.querySelector('dialog')?.close();
    navigate(href);
  }

  #closeOutside(event: Event) {
    if (event.target instanceof HTMLDialogElement) event.target.close();
  }

  #closed() {
    this.dispatchEvent(new CustomEvent('cn-close'));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-palette': Palette;
  }
}
