/** The page of session rules: a short form, its outcome below. */
import { css } from 'lit';

export const rulesPageStyles = css`
  .intro {
    max-width: 44rem;
    margin: var(--space-4) 0;
  }
  .line > .check {
    margin-top: 1.25rem;
  }
  .line {
    gap: var(--space-2) var(--space-5);
  }
  .said {
    margin-top: var(--space-3);
    font-size: var(--text-dense);
  }
  .progress {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-3);
    margin-top: var(--space-4);
    font-size: var(--text-dense);
  }
  progress {
    accent-color: var(--accent);
  }
  cn-recut-figures {
    display: block;
    margin-top: var(--space-2);
  }
  @media (max-width: 48rem) {
    .line > .check {
      flex: 1 1 100%;
      margin-top: 0;
    }
  }
`;
