/** The layout of the page of health. */
import { css } from 'lit';

export const healthPageStyles = css`
  cn-alarm-list {
    margin-top: var(--space-2);
  }
  .docs {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-1) var(--space-4);
    margin-top: var(--space-3);
  }
  .docs a {
    padding-block: var(--space-1);
  }
  .scroll table {
    min-width: 56rem;
  }
  .scroll td:first-child {
    white-space: nowrap;
  }
  .scroll .when {
    white-space: nowrap;
  }
  .right {
    color: var(--ink-quiet);
  }
  .wrong {
    color: var(--worse);
    font-weight: 600;
  }
  td a[aria-current] {
    font-weight: 640;
  }
  .hours-head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: var(--space-2) var(--space-4);
  }
  .hours-head h2 {
    overflow-wrap: anywhere;
  }
  cn-hour-table {
    margin-top: var(--space-3);
  }
  .nothing {
    padding: var(--space-4) 0;
    color: var(--ink-quiet);
  }
`;
