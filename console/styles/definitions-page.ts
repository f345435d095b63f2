/** The page of definitions: a table of names and what they hold. */
import { css } from 'lit';

export const definitionsPageStyles = css`
  .said {
    min-height: var(--line-dense);
    margin: var(--space-1) 0;
    font-size: var(--text-dense);
  }
  .about {
    margin-bottom: var(--space-2);
  }
  table {
    table-layout: fixed;
  }
  .name {
    width: 28%;
  }
  td:first-child {
    overflow-wrap: anywhere;
  }
  .holds {
    overflow-wrap: anywhere;
  }
  th.acts {
    width: 9rem;
  }
  .acts {
    text-align: end;
    white-space: nowrap;
  }
  .acts .button.icon {
    width: 1.75rem;
    min-height: 1.5rem;
  }
  @media (max-width: 48rem) {
    th.acts {
      width: 5.5rem;
    }
    .acts {
      white-space: normal;
    }
  }
`;
