/** The look of a report's page: panels side by side where there is room. */
import { css } from 'lit';

export const reportPageStyles = css`
  .about {
    margin-top: var(--space-3);
  }
  .panels {
    display: grid;
    grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
    align-items: start;
    column-gap: var(--space-8);
  }
  .panels > *,
  .wide {
    min-width: 0;
  }
  .wide,
  .panels > cn-empty-state {
    grid-column: 1 / -1;
  }
  cn-figure-row {
    margin-top: var(--space-3);
  }
  .stale {
    opacity: 0.6;
  }
  .note {
    margin-top: var(--space-2);
    font-size: var(--text-dense);
  }
  details {
    margin-top: var(--space-2);
  }
  summary {
    width: fit-content;
    color: var(--accent);
    font-size: var(--text-caption);
    font-weight: 550;
    cursor: pointer;
  }
  details cn-data-table {
    margin-top: var(--space-2);
  }
  .downloads {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-3);
    margin-top: var(--space-8);
    padding-top: var(--space-3);
    border-top: 1px solid var(--line);
  }
  .downloads .caption {
    margin-inline-end: auto;
  }
  .links {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-3);
  }
  .downloads a {
    font-size: var(--text-caption);
  }
  @media (max-width: 64rem) {
    .panels {
      grid-template-columns: minmax(0, 1fr);
    }
  }
`;
