/** The look of the header of analysis: it keeps its place while the page scrolls, where there is room for both. */
import { css } from 'lit';

export const analysisHeaderStyles = css`
  :host {
    display: block;
    position: sticky;
    top: 0;
    z-index: 10;
    margin-inline: calc(-1 * var(--page-margin));
    padding: var(--space-3) var(--page-margin);
    border-bottom: 1px solid var(--line);
    background: var(--ground);
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-2) var(--space-4);
  }
  h1 {
    margin-inline-end: auto;
  }
  .range,
  .dates {
    display: flex;
    align-items: center;
    gap: var(--space-2);
  }
  .said {
    display: flex;
    flex-wrap: wrap;
    gap: 0 var(--space-4);
    min-height: 1rem;
    margin-top: var(--space-1);
    overflow: clip;
  }
  /* Between two of a line: at the begin of one it stands outside, where it is not seen. */
  .said > span + span::before {
    content: '·';
    display: inline-block;
    width: var(--space-4);
    margin-inline-start: calc(-1 * var(--space-4));
    text-align: center;
  }
  .problem {
    color: var(--worse);
  }
  .narrowing {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-2) var(--space-3);
    margin-top: var(--space-2);
  }
  .filter {
    display: flex;
    flex: 1 1 16rem;
    gap: var(--space-2);
    max-width: 44rem;
    margin: 0;
  }
  .filter cn-condition-box {
    flex: 1;
    min-width: 0;
    min-height: 2rem;
  }
  .filter .button {
    align-self: start;
  }
  input[type='date'] {
    width: 8.5rem;
  }
  @media (max-width: 48rem) {
    :host {
      top: var(--bar-height);
    }
  }
  @media (max-width: 40rem) {
    /* It would hide half of a telephone's page. */
    :host {
      position: relative;
      top: 0;
    }
    .row {
      column-gap: var(--space-3);
    }
    h1 {
      flex-basis: 100%;
    }
    .dates {
      flex: 1 0 100%;
    }
    #comparison {
      flex: 1 1 8rem;
      min-width: 0;
      max-width: 16rem;
    }
    input[type='date'] {
      flex: 1;
      min-width: 0;
    }
    .secondary {
      display: none;
    }
  }
`;
