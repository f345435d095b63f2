/** The head of a session's page: its state, its figures in a strip, and the ways to other sessions. */
import { css } from 'lit';

export const sessionPageStyles = css`
  h1:focus {
    outline: none;
  }
  .strip {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-3) var(--space-8);
    margin: var(--space-4) 0 var(--space-3);
  }
  .strip dt {
    color: var(--ink-quiet);
    font-size: var(--text-caption);
    line-height: 1rem;
  }
  .strip dd {
    margin: 0;
    font-size: var(--text-lead);
    font-weight: 580;
    line-height: 1.5rem;
    white-space: nowrap;
  }
  .ways {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-1) var(--space-4);
    margin-bottom: var(--space-3);
  }
  .since {
    margin-top: var(--space-1);
  }
  cn-hit-list {
    display: block;
    margin-top: var(--space-2);
  }
  cn-session-facts {
    margin-top: var(--space-2);
  }
`;
