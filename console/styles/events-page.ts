/** The page of events: dense tables, conditions in one line below their names. */
import { css } from 'lit';

export const eventsPageStyles = css`
  h1:focus {
    outline: none;
  }
  .said {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-2) var(--space-4);
    margin: var(--space-3) 0;
  }
  table {
    table-layout: fixed;
  }
  .attributes {
    table-layout: auto;
  }
  .attributes code {
    overflow-wrap: anywhere;
  }
  .condition {
    display: block;
    overflow: hidden;
    color: var(--ink-quiet);
    font-size: var(--text-caption);
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  /* As high as a finger needs them, in rows as low as before. */
  td a {
    display: inline-block;
    max-width: 100%;
    margin-block: calc(-1 * var(--space-1));
    padding-block: var(--space-1);
    overflow-wrap: anywhere;
  }
  .narrow {
    width: 8.5rem;
  }
  th.secondary {
    width: 11rem;
  }
  th:last-child {
    width: 11rem;
  }
  .acts {
    text-align: end;
    white-space: nowrap;
  }
  .new {
    margin-top: var(--space-2);
  }
  cn-event-editor,
  cn-attribute-form,
  cn-set-history {
    display: block;
    margin-top: var(--space-4);
  }
  @media (max-width: 48rem) {
    .secondary {
      display: none;
    }
    .narrow {
      width: 6.5rem;
    }
    th:last-child {
      width: 5rem;
    }
    .acts > * {
      display: block;
    }
  }
`;
