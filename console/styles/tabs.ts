/** Links to the parts of a page, in one line that can be pushed aside where it is narrow. */
import { css } from 'lit';

export const tabStyles = css`
  .tabs {
    display: flex;
    gap: var(--space-1);
    margin-inline: calc(-1 * var(--page-margin));
    padding: 0 calc(var(--page-margin) - var(--space-2));
    overflow-x: auto;
    border-bottom: 1px solid var(--line);
  }
  .tabs a {
    flex: none;
    padding: var(--space-2);
    border-bottom: 2px solid transparent;
    color: var(--ink-quiet);
    font-size: var(--text-dense);
    font-weight: 500;
    text-decoration: none;
  }
  .tabs a:hover {
    color: var(--ink);
  }
  .tabs a[aria-current] {
    border-bottom-color: var(--accent);
    color: var(--ink);
    font-weight: 600;
  }
  .tabs a:focus-visible {
    outline-offset: -2px;
  }
`;
