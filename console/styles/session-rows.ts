/** Lists of sessions: the whole row is the link to the session's page. */
import { css } from 'lit';

export const sessionRowStyles = css`
  :host {
    display: block;
    container-type: inline-size;
  }
  table {
    table-layout: fixed;
  }
  tbody tr {
    position: relative;
  }
  .route {
    color: inherit;
    text-decoration: none;
  }
  .route::after {
    position: absolute;
    inset: 0;
    content: '';
  }
  .route:hover {
    color: var(--accent-strong);
  }
  .route:focus-visible {
    outline: none;
  }
  .route:focus-visible::after {
    outline: 2px solid var(--focus);
    outline-offset: -2px;
  }
  .arrow {
    color: var(--ink-quiet);
  }
  .arrow:dir(rtl) {
    display: inline-block;
    scale: -1 1;
  }
  .robot {
    display: inline-block;
    margin-inline-end: var(--space-1);
    padding: 0 var(--space-1);
    border: 1px solid var(--line-strong);
    border-radius: 2px;
    color: var(--ink-quiet);
    font-size: 0.6875rem;
    line-height: 1rem;
  }
`;
