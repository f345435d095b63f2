/** The pages of who is not signed in: one narrow column. */
import { css } from 'lit';

export const signInStyles = css`
  :host {
    max-width: 26rem;
    margin: 0 auto;
    padding-top: clamp(var(--space-6), 12vh, 8rem);
  }
  h1 {
    margin-bottom: var(--space-5);
  }
  .lead {
    margin-bottom: var(--space-5);
    color: var(--ink-quiet);
  }
  cn-language-picker {
    margin-top: var(--space-8);
  }
  .beside {
    margin-top: var(--space-6);
  }
`;
