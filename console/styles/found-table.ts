/** The table of found sessions: the highlights stand under the pages. */
import { css } from 'lit';

export const foundTableStyles = css`
  .when {
    width: 8.5rem;
  }
  .duration {
    width: 5rem;
  }
  .count {
    width: 3.5rem;
  }
  .source {
    width: 14%;
  }
  .technology {
    width: 21%;
  }
  .active {
    display: inline-flex;
    align-items: center;
    gap: var(--space-1);
    color: var(--better);
    font-weight: 550;
  }
  .when .active {
    display: flex;
  }
  .route {
    display: flex;
    gap: var(--space-2);
    min-width: 0;
  }
  .route .ellipsis {
    flex: 0 1 auto;
    min-width: 2rem;
  }
  .under,
  .under .first {
    display: none;
  }
  .highlights {
    display: grid;
    gap: 1px;
    margin: var(--space-1) 0;
    padding: 0;
    padding-inline-start: var(--space-3);
    border-inline-start: 2px solid var(--line);
    list-style: none;
    font-size: var(--text-caption);
    line-height: 1.125rem;
  }
  .highlights li {
    display: flex;
    flex-wrap: wrap;
    gap: 0 var(--space-2);
  }
  .highlights .field {
    color: var(--ink-quiet);
    white-space: nowrap;
  }
  .highlights .text {
    min-width: 0;
    font-family: var(--font-mono);
    overflow-wrap: anywhere;
  }
  mark {
    border-radius: 2px;
    background: var(--warn-ground);
    color: inherit;
    font-weight: 650;
    text-decoration: underline;
    text-decoration-color: var(--warn-line);
  }
  @container (max-width: 50rem) {
    .source,
    .technology {
      display: none;
    }
    .under {
      display: block;
    }
  }
  @container (max-width: 32rem) {
    .when {
      display: none;
    }
    th.duration,
    td.duration {
      width: 4.75rem;
      padding-inline-start: 0;
    }
    .count {
      width: 4rem;
    }
    .under .first {
      display: inline;
    }
  }
`;
