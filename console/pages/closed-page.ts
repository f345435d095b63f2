/** In the place of a page that its visitor's role does not open: which role does, and who can give it. */
import { msg, str } from '@lit/localize';
import { html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { rights, roles } from '../../core/contract/rights.ts';
import { roleTexts } from '../components/access-words.ts';
import '../components/empty-state.ts';
import type { PageRight } from '../page-rights.ts';
import { controlStyles } from '../styles/controls.ts';
import { pageStyles } from '../styles/page.ts';
import { textStyles } from '../styles/text.ts';

@customElement('cn-closed-page')
export class ClosedPage extends LitElement {
  static override styles = [textStyles, controlStyles, pageStyles];

  @property({ attribute: false }) needed: PageRight | undefined;
  /** The name of the dataset, where the page is about one. */
  @property() where = '';

  override render() {
    return html`<cn-empty-state alone heading=${msg('This page is not open to your role')} text=${this.#text()}>
      <a class="button" href="/">${msg('Go to the start')}</a>
    </cn-empty-state>`;
  }

  #text(): string {
    const { needed } = this;
    if (needed === undefined) return '';
    const role = roleTexts[roles[rights.indexOf(needed.right)] ?? 'administrator'];
    if (needed.of === 'dataset')
      return msg(
        str`It needs the role "${role}" in ${this.where}, or a higher one. An administrator can give it to you.`,
      );
    if (needed.of === 'server')
      return msg('It is for administrators of all datasets. One of them can give you this role.');
    return msg(
      str`It needs the role "${role}" in some dataset at least. An administrator can give it to you.`,
    );
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-closed-page': ClosedPage;
  }
}
