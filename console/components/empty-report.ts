/** In the place of a report that counts no session: why that may be, and what its reader can do about it. */

import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Me } from '../../core/contract/access.ts';
import type { Dataset } from '../../core/contract/dataset.ts';
import { idleTimeoutOf } from '../api/datasets.ts';
import { meContext } from '../context/me.ts';
import { mayOpen } from '../page-rights.ts';
import { controlStyles } from '../styles/controls.ts';
import { textStyles } from '../styles/text.ts';
import './empty-state.ts';
import { formatSpan } from './number-format.ts';

@customElement('cn-empty-report')
export class EmptyReport extends LitElement {
  static override styles = [textStyles, controlStyles];

  @consume({ context: meContext, subscribe: true })
  @state()
  private me: Me | undefined;
  @property({ attribute: false }) open: Dataset | undefined;
  /** True where robots count. */
  @property({ type: Boolean }) robots = false;
  /** True where only sessions count that meet a condition. */
  @property({ type: Boolean }) filtered = false;

  override render() {
    const { open } = this;
    const idle = formatSpan(open === undefined ? 0 : idleTimeoutOf(open));
    const mayWatch = mayOpen(this.me, '/:dataset/live', open?.slug);
    const text = [
      mayWatch
        ? msg(
            str`Reports count sessions once they have ended, which is after ${idle} without a hit. Sessions under way are on the live page.`,
          )
        : msg(
            str`Reports count sessions once they have ended, which is after ${idle} without a hit.`,
          ),
      ...(this.robots ? [] : [msg('Robots are left out: switch them on to see them.')]),
      ...(this.filtered ? [msg('Sessions are filtered: clear the filter to see all.')] : []),
    ].join(' ');
    return html`<cn-empty-state heading=${msg('No session ended in this range')} text=${text}>
      ${mayWatch ? html`<a class="button" href="/${open?.slug}/live">${msg('Watch live')}</a>` : nothing}
      ${
        mayOpen(this.me, '/:dataset/settings', open?.slug)
          ? html`<a class="button" href="/${open?.slug}/settings">${msg('Connect a site')}</a>`
          : nothing
      }
    </cn-empty-state>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-empty-report': EmptyReport;
  }
}
