/**
 * A table that is wider than a telephone: what its figures are of stays in view while they are pushed aside, and an edge
 * that fades says on which side there is more of them.
 */
import { css } from 'lit';

export const keptColumnStyles = css`
  @media screen and (max-width: 48rem) {
    .scroll {
      --edge: color-mix(in oklab, var(--line-strong) 60%, transparent);
      /* The first two go along with the table and cover an edge that is reached; this works in both directions. */
      background:
        linear-gradient(to right, var(--ground) 40%, transparent) left / 3rem 100% no-repeat local,
        linear-gradient(to left, var(--ground) 40%, transparent) right / 3rem 100% no-repeat local,
        linear-gradient(to right, var(--edge), transparent) left / 0.75rem 100% no-repeat scroll,
        linear-gradient(to left, var(--edge), transparent) right / 0.75rem 100% no-repeat scroll;
    }
    th.words:first-child,
    td.label:first-child {
      position: sticky;
      z-index: 1;
      inset-inline-start: 0;
      background: var(--ground);
    }
  }
`;
