/** Grey bars that hold the place of what is being loaded, in its size, so that nothing jumps when it comes. */
import { css } from 'lit';

export const skeletonStyles = css`
  .bone {
    display: block;
    height: 0.75rem;
    margin: 0.25rem 0;
    border-radius: 2px;
    background: var(--line);
    animation: breathe 1.6s ease-in-out infinite alternate;
  }
  @keyframes breathe {
    to {
      opacity: 0.45;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .bone {
      animation: none;
    }
  }
`;
