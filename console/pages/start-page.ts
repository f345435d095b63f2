/** `/`: goes on to the dataset last used; where there is none yet, it welcomes and leads to the first one. */

import { consume } from '@lit/context';
import { msg } from '@lit/localize';
import { css, html, LitElement, type PropertyValues } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Me } from '../../core/contract/access.ts';
import '../components/empty-state.ts';
import { type DatasetsValue, datasetsContext, firstDataset } from '../context/datasets.ts';
import { mayI, meContext } from '../context/me.ts';
import { navigate } from '../controllers/location.ts';
import { overviewPath } from '../routes.ts';
import { controlStyles } from '../styles/controls.ts';
import { pageStyles } from '../styles/page.ts';
import { textStyles } from '../styles/text.ts';

@customElement('cn-start-page')
export class StartPage extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    pageStyles,
    css`
      .welcome {
        max-width: 38rem;
        padding-top: clamp(var(--space-6), 12vh, 8rem);
      }
      h1 {
        font-size: 1.625rem;
        line-height: 2.25rem;
        letter-spacing: -0.022em;
      }
      .lead {
        margin: var(--space-2) 0 var(--space-6);
        color: var(--ink-quiet);
        font-size: var(--text-lead);
        line-height: 1.5rem;
      }
      ol {
        margin: var(--space-8) 0 0;
        padding: 0;
        border-top: 1px solid var(--line);
        list-style: none;
        counter-reset: step;
      }
      li {
        display: grid;
        grid-template-columns: 1.5rem 1fr;
        padding: var(--space-3) 0;
        border-bottom: 1px solid var(--line);
        counter-increment: step;
      }
      li::before {
        content: counter(step);
        color: var(--accent);
        font-weight: 600;
      }
      li p {
        color: var(--ink-quiet);
      }
    `,
  ];

  @consume({ context: datasetsContext, subscribe: true })
  @state()
  private datasets: DatasetsValue | undefined;

  @consume({ context: meContext, subscribe: true })
  @state()
  private me: Me | undefined;

  protected override updated(_changed: PropertyValues): void {
    const first = firstDataset(this.datasets?.list ?? []);
    if (first) navigate(overviewPath(first.slug), 'replace');
  }

  override render() {
    if (this.datasets === undefined || this.datasets.list.length > 0) return html``;
    if (this.me === undefined) return html``;
    if (!mayI(this.me, 'administer')) {
      const text = msg(
        'An administrator can give you a role in a dataset. Then its reports are here.',
      );
      return html`<cn-empty-state alone heading=${msg('No dataset is open to you yet')} text=${text}></cn-empty-state>`;
    }
    return html`<div class="welcome">
      <h1>${msg('Canister is running. Give it a site to watch.')}</h1>
      <p class="lead">
        ${msg('A dataset is one analysed site: its sessions, kept whole, and every number made from them. All of it stays on this machine.')}
      </p>
      <a class="button first" href="/datasets/new">${msg('New dataset')}</a>
      <ol>
        <li>
          <div>
            <h2>${msg('Create a dataset')}</h2>
            <p>${msg('A name and a time zone are enough.')}</p>
          </div>
        </li>
        <li>
          <div>
            <h2>${msg('Send it hits')}</h2>
            <p>${msg('Put one line of HTML on your pages, or read in the log of your web server.')}</p>
          </div>
        </li>
        <li>
          <div>
            <h2>${msg('Watch and ask')}</h2>
            <p>${msg('See sessions while they happen, read reports, and ask anything else in SQL.')}</p>
          </div>
        </li>
      </ol>
    </div>`;
  }
}
