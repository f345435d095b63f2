/** What all pages share: their margin, their sections, and the plain header of pages without a range. */
import { css } from 'lit';

export const pageStyles = css`
  :host {
    --page-margin: var(--space-6);
    display: block;
    max-width: 84rem;
    padding: 0 var(--page-margin) var(--space-12);
  }
  .page-head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-1) var(--space-4);
    margin-inline: calc(-1 * var(--page-margin));
    padding: var(--space-3) var(--page-margin);
    border-bottom: 1px solid var(--line);
  }
  .page-head h1 {
    margin-inline-end: auto;
  }
  .page-head > * {
    min-width: 0;
  }
  section {
    margin-top: var(--space-6);
  }
  section > h2 + .caption {
    margin-bottom: var(--space-2);
  }
  cn-error-note {
    display: block;
    margin-top: var(--space-4);
  }
  @media (max-width: 48rem) {
    :host {
      --page-margin: var(--space-4);
    }
  }
`;
