/** A state in a word, with a dot before it: filled and green only while it is live. */
import { css } from 'lit';

export const stateStyles = css`
  .state {
    display: inline-flex;
    align-items: center;
    gap: var(--space-2);
    font-size: var(--text-dense);
  }
  .dot {
    flex: none;
    width: 0.5rem;
    height: 0.5rem;
    border: 2px solid var(--ink-quiet);
    border-radius: 50%;
  }
  .dot.live {
    border-color: var(--better);
    background: var(--better);
  }
  .dot.warned {
    border-color: var(--warn-line);
    background: var(--warn-line);
  }
  .dot.stale {
    border-color: var(--worse);
  }
`;
