/** The look of every table: dense rows, heads that stay small, numbers to the right, a thin bar for the share. */
import { css } from 'lit';

export const tableStyles = css`
  table {
    width: 100%;
    border-collapse: collapse;
    font-size: var(--text-dense);
    line-height: var(--line-dense);
  }
  caption {
    text-align: start;
  }
  th {
    padding: var(--space-1) var(--space-2);
    border-bottom: 1px solid var(--line-strong);
    color: var(--ink-quiet);
    font-size: var(--text-caption);
    font-weight: 550;
    text-align: start;
    vertical-align: bottom;
    white-space: nowrap;
  }
  td {
    padding: var(--space-1) var(--space-2);
    border-bottom: 1px solid var(--line);
    vertical-align: top;
  }
  th:first-child,
  td:first-child {
    padding-inline-start: 0;
  }
  th:last-child,
  td:last-child {
    padding-inline-end: 0;
  }
  tbody tr:hover td {
    background: var(--ground-hover);
  }
  .number {
    text-align: end;
    white-space: nowrap;
  }
  .number,
  .when {
    font-feature-settings: 'tnum', 'cv05', 'ss03';
  }
  .scroll {
    /* What is only read out lies in here too, and must not make the page wider. */
    position: relative;
    overflow-x: auto;
  }
`;
