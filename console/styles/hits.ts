/** The look of a list of hits: one line a hit, its steps below it, its fields where it is opened. */
import { css } from 'lit';

export const hitStyles = css`
  ol,
  ul {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  ol {
    border-top: 1px solid var(--line-strong);
    font-size: var(--text-dense);
    line-height: var(--line-dense);
  }
  ol > li {
    border-bottom: 1px solid var(--line);
  }
  summary {
    display: grid;
    grid-template-columns: 1rem 4rem 5.5rem minmax(0, 1fr) auto;
    gap: var(--space-2);
    align-items: baseline;
    padding: var(--space-1) 0;
    cursor: pointer;
    list-style: none;
  }
  summary::-webkit-details-marker {
    display: none;
  }
  summary::before {
    content: '';
    align-self: center;
    width: 0.375rem;
    height: 0.375rem;
    margin-inline-start: 0.125rem;
    border: solid var(--ink-quiet);
    border-width: 0 1.5px 1.5px 0;
    rotate: -45deg;
  }
  summary:dir(rtl)::before {
    rotate: 135deg;
  }
  details[open] > summary::before {
    rotate: 45deg;
  }
  summary:hover {
    background: var(--ground-hover);
  }
  summary:focus-visible {
    outline-offset: -2px;
  }
  .offset {
    direction: ltr;
    unicode-bidi: isolate;
    color: var(--ink-quiet);
    text-align: end;
  }
  .type,
  .kind {
    color: var(--ink-quiet);
    font-size: var(--text-caption);
  }
  .what {
    display: flex;
    gap: var(--space-3);
    min-width: 0;
  }
  .name {
    flex: 0 1 auto;
    font-weight: 550;
  }
  .address {
    flex: 1 1 40%;
  }
  .name + .address {
    color: var(--ink-quiet);
  }
  .response {
    text-align: end;
    white-space: nowrap;
  }
  .failed {
    color: var(--worse);
    font-weight: 550;
  }
  .took {
    display: inline-block;
    min-width: 4rem;
    color: var(--ink-quiet);
    font-weight: 400;
  }
  .fields {
    display: grid;
    grid-template-columns: minmax(0, 3fr) minmax(0, 2fr);
    gap: var(--space-3) var(--space-8);
    margin: var(--space-1) 0 var(--space-3);
    margin-inline-start: 1.5rem;
    padding: var(--space-2) var(--space-3) var(--space-3);
    background: var(--ground-low);
  }
  .way {
    grid-column: 1 / -1;
    margin: 0;
  }
  .way a {
    display: inline-block;
    padding-block: 2px;
  }
  dl {
    margin: var(--space-1) 0 0;
  }
  dl > div {
    display: grid;
    grid-template-columns: minmax(5rem, 9rem) minmax(0, 1fr);
    gap: var(--space-3);
    padding: 1px 0;
  }
  dt {
    color: var(--ink-quiet);
    overflow-wrap: anywhere;
  }
  dd {
    margin: 0;
    overflow-wrap: anywhere;
    white-space: pre-wrap;
  }
  .steps {
    padding: 0 0 var(--space-2);
  }
  .steps li {
    display: grid;
    grid-template-columns: 1rem 4rem 5.5rem minmax(0, 1fr);
    gap: var(--space-2);
    align-items: baseline;
  }
  .steps .offset,
  .steps button {
    grid-column-start: 2;
  }
  .steps button {
    grid-column-end: -1;
    justify-self: start;
    padding: 0;
    border: 0;
    background: none;
    color: var(--accent);
    font: inherit;
    text-decoration: underline;
    cursor: pointer;
  }
  .step {
    min-width: 0;
    overflow-wrap: anywhere;
  }
  .step .value {
    color: var(--ink-quiet);
  }
  .fired {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-1) var(--space-2);
    padding-bottom: var(--space-2);
    /* Below the address: behind the mark, the offset and the type. */
    padding-inline-start: calc(10.5rem + 3 * var(--space-2));
    font-size: var(--text-caption);
  }
  .fired li {
    padding: 0 var(--space-1);
    border: 1px solid var(--line-strong);
    border-radius: 2px;
    overflow-wrap: anywhere;
  }
  @container (max-width: 36rem) {
    .fired {
      padding-inline-start: calc(4rem + 2 * var(--space-2));
    }
    summary {
      grid-template-columns: 0.75rem 3.25rem minmax(0, 1fr) auto;
      row-gap: 0;
    }
    summary .type {
      grid-column: 3;
    }
    summary .what {
      display: block;
      grid-column: 3 / -1;
    }
    .what .ellipsis {
      display: block;
    }
    summary .response {
      grid-row: 1;
      grid-column: 4;
    }
    .took {
      min-width: 0;
      margin-inline-start: var(--space-2);
    }
    .fields {
      grid-template-columns: minmax(0, 1fr);
      margin-inline-start: 0;
    }
    dl > div {
      grid-template-columns: 6rem minmax(0, 1fr);
    }
    .steps li {
      grid-template-columns: 0.75rem 3.25rem minmax(0, 1fr);
      row-gap: 0;
    }
    .steps .kind {
      grid-column: 3;
    }
    .steps .step {
      grid-column: 3;
    }
  }
`;
