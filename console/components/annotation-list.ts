/** What happened on the days of a panel: the words of the marks in its chart. */
import { msg } from '@lit/localize';
import { css, html, nothing } from 'lit';
import { annotatedDays } from '../../core/contract/annotated-days.ts';
import type { ReportPanel } from '../../core/contract/report.ts';
import { formatRange } from './time-format.ts';

export function annotationList({ annotations = [] }: ReportPanel) {
  if (annotations.length === 0) return nothing;
  return html`<ul class="annotations caption" aria-label=${msg('Annotations')}>
    ${annotations.map(
      (one) => html`<li>
        <span aria-hidden="true">▼</span> ${formatRange(annotatedDays(one))}:
        <bdi class="name">${one.name}</bdi> <bdi>${one.text}</bdi>
      </li>`,
    )}
  </ul>`;
}

export const annotationListStyles = css`
  .annotations {
    margin: 0 0 var(--space-2);
    padding: 0;
    list-style: none;
    overflow-wrap: anywhere;
  }
  .annotations .name {
    color: var(--ink);
    font-weight: 550;
  }
`;
