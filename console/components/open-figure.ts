/** A figure, or the value of a row, as a button that opens its sessions. */
import { msg, str } from '@lit/localize';
import { css, html, nothing, type TemplateResult } from 'lit';
import { type Dimension, type DimensionName, dimensions } from '../../core/contract/dimension.ts';
import type { ReportPanel } from '../../core/contract/report.ts';

/** What a `cn-open` event says: the row, the metric, and the label whose figure it is. */
export interface FigureAt {
  values: readonly (string | number | null)[];
  metric: string;
  label?: string | undefined;
}

const spans: readonly DimensionName[] = ['day', 'week', 'month', 'page_group'];

/** Whether the sessions of a row can be said by a condition: its values are those of fields, not worked out. */
export function opensRows(query: ReportPanel['query']): boolean {
  return (
    query?.dimensions.every(
      (name) => (dimensions[name] as Dimension).field !== undefined || spans.includes(name),
    ) ?? false
  );
}

/**
 * @param isFirst of its row: it is reached by Tab, the others from it by the arrow keys
 * @param styles classes, beside its own
 */
export function openButton(
  shown: string,
  at: FigureAt,
  isFirst: boolean,
  styles = '',
): TemplateResult {
  const open = (event: Event) => {
    const detail = { detail: at, bubbles: true, composed: true };
    event.currentTarget?.dispatchEvent(new CustomEvent<FigureAt>('cn-open', detail));
  };
  return html`<button
    type="button"
    class="open ${styles}"
    tabindex=${isFirst ? nothing : -1}
    title=${msg(str`${shown}: open the sessions`)}
    @click=${open}
    @keydown=${moveInRow}
  >
    ${shown}
  </button>`;
}

function moveInRow(event: KeyboardEvent): void {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const button = event.currentTarget as HTMLElement;
  if (step === undefined) return;
  const row = [...(button.closest('tr')?.querySelectorAll<HTMLElement>('button.open') ?? [])];
  const next = row[row.indexOf(button) + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}

export const openStyles = css`
  button.open {
    min-width: 1.5rem;
    max-width: 100%;
    /* As high as a finger needs it, in a row as low as before. */
    margin-block: -2px;
    padding: 2px 0;
    border: 0;
    background: none;
    color: inherit;
    font: inherit;
    font-feature-settings: inherit;
    letter-spacing: inherit;
    text-align: inherit;
    cursor: pointer;
  }
  button.open:hover {
    text-decoration: underline;
    text-underline-offset: 0.2em;
  }
  button.open:focus-visible {
    outline: 2px solid var(--focus);
    outline-offset: 2px;
    border-radius: var(--radius);
  }
`;
