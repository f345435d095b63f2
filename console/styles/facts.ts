/** Names beside values: a quiet name to the left, its value to the right of it, a line below each. */
import { css } from 'lit';

export const factStyles = css`
  dl.facts {
    margin: var(--space-2) 0 0;
    font-size: var(--text-dense);
    line-height: var(--line-dense);
  }
  dl.facts > div {
    display: flex;
    justify-content: space-between;
    gap: var(--space-4);
    padding: var(--space-1) 0;
    border-bottom: 1px solid var(--line);
  }
  dl.facts dt {
    flex: none;
    color: var(--ink-quiet);
  }
  dl.facts dd {
    min-width: 0;
    margin: 0;
    text-align: end;
    overflow-wrap: anywhere;
  }
  .mono {
    font-family: var(--font-mono);
    font-size: var(--text-caption);
  }
`;
