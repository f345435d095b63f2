/** All reports of a dataset, group by group, each with what it says. */

import { consume } from '@lit/context';
import { msg } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Me } from '../../core/contract/access.ts';
import type { Dataset } from '../../core/contract/dataset.ts';
import type { ReportEntry } from '../../core/contract/report.ts';
import { listReports } from '../api/reports.ts';
import '../components/error-note.ts';
import { mayI, meContext } from '../context/me.ts';
import { QueryController } from '../controllers/query-controller.ts';
import { newReportPath, reportPath } from '../routes.ts';
import { controlStyles } from '../styles/controls.ts';
import { pageStyles } from '../styles/page.ts';
import { skeletonStyles } from '../styles/skeleton.ts';
import { textStyles } from '../styles/text.ts';

@customElement('cn-reports-page')
export class ReportsPage extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    skeletonStyles,
    pageStyles,
    css`
      .groups {
        columns: 22rem;
        column-gap: var(--space-8);
      }
      section {
        margin-top: 0;
        padding-top: var(--space-6);
        break-inside: avoid;
      }
      ul {
        margin: var(--space-1) 0 0;
        padding: 0;
        list-style: none;
      }
      li {
        padding: var(--space-2) 0;
        border-top: 1px solid var(--line);
      }
      li a {
        font-size: var(--text-dense);
        font-weight: 600;
      }
    `,
  ];

  @consume({ context: meContext, subscribe: true })
  @state()
  private me: Me | undefined;
  @property({ attribute: false }) open: Dataset | undefined;

  readonly #reports = new QueryController<string, ReportEntry[]>(this, {
    key: () => this.open?.slug,
    subject: (slug) => slug,
    fetch: (slug, signal) => listReports(slug, signal),
  });

  override render() {
    const { value, error } = this.#reports;
    const groups = [...new Set(value?.map(({ group }) => group))];
    return html`<div class="page-head">
        <h1>${msg('Reports')}</h1>
        ${
          mayI(this.me, 'configure', this.open?.slug)
            ? html`<a class="button" href=${newReportPath(this.open?.slug ?? '')}>${msg('New report')}</a>`
            : nothing
        }
      </div>
      ${
        error
          ? html`<cn-error-note .error=${error} @cn-retry=${() => this.#reports.retry()}></cn-error-note>`
          : nothing
      }
      <div class="groups" aria-busy=${String(value === undefined && error === undefined)}>
        ${groups.map(
          (group) => html`<section>
            <h2>${group}</h2>
            <ul>
              ${value?.filter((entry) => entry.group === group).map((entry) => this.#entry(entry))}
            </ul>
          </section>`,
        )}
      </div>`;
  }

  #entry({ name, title, description }: ReportEntry) {
    return html`<li>
      <a href=${reportPath(this.open?.slug ?? '', name)}>${title}</a>
      <p class="caption">${description}</p>
    </li>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-reports-page': ReportsPage;
  }
}
