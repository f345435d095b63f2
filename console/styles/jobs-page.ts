/** The list of jobs: progress below the state, reasons that may be long. */
import { css } from 'lit';

export const jobsPageStyles = css`
  .of {
    display: flex;
    align-items: center;
    gap: var(--space-2);
    font-size: var(--text-dense);
  }
  .begin {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-2);
    margin-top: var(--space-4);
    font-size: var(--text-dense);
  }
  table {
    margin-top: var(--space-2);
    min-width: 52rem;
  }
  .what {
    min-width: 11rem;
    max-width: 18rem;
  }
  .about {
    overflow-wrap: anywhere;
  }
  .stands {
    min-width: 9rem;
  }
  .came {
    max-width: 24rem;
  }
  .reason {
    color: var(--worse);
    overflow-wrap: anywhere;
  }
  .when {
    white-space: nowrap;
  }
  .end {
    text-align: end;
  }
  progress {
    display: block;
    width: 100%;
    height: 0.375rem;
    margin-top: 2px;
    accent-color: var(--accent);
  }
`;
