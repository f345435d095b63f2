/** The look of the search: the question above, what was found with what it has in common beside it. */
import { css } from 'lit';

export const searchPageStyles = css`
  .ask {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto auto;
    gap: var(--space-2);
    align-items: start;
    margin-top: var(--space-4);
  }
  .ask cn-day-range,
  .ask .button {
    margin-top: 1.5rem;
  }
  .seen {
    grid-column: 1 / -1;
    justify-self: start;
  }
  @media (max-width: 48rem) {
    .ask {
      grid-template-columns: minmax(0, 1fr) auto;
    }
    .ask cn-condition-box {
      grid-column: 1 / -1;
    }
    .ask cn-day-range,
    .ask .button {
      margin-top: 0;
    }
  }
`;

export const foundSessionsStyles = css`
  .said {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 0 var(--space-3);
    margin: var(--space-4) 0 var(--space-2);
  }
  .said b {
    font-size: var(--text-lead);
    font-weight: 620;
  }
  .stale {
    opacity: 0.6;
  }
  .more {
    display: flex;
    align-items: center;
    gap: var(--space-3);
    margin-top: var(--space-3);
  }
  cn-keep-search {
    display: block;
    margin-top: var(--space-2);
  }
  .found {
    display: grid;
    grid-template-columns: minmax(0, 1fr) 14rem;
    gap: 0 var(--space-8);
    align-items: start;
    margin-top: var(--space-3);
  }
  .facets {
    grid-area: 1 / 2;
  }
  .facets summary {
    width: fit-content;
    color: var(--accent);
    font-size: var(--text-dense);
    cursor: pointer;
  }
  .past:not(:focus) {
    position: absolute;
    width: 1px;
    height: 1px;
    min-height: 0;
    padding: 0;
    overflow: hidden;
    clip-path: inset(50%);
  }
  cn-facet-list {
    margin-top: var(--space-2);
  }
  @media (max-width: 72rem) {
    .found {
      display: block;
    }
    .facets {
      margin-bottom: var(--space-3);
    }
  }
`;
