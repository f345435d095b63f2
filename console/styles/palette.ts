/** What lies over the page: the palette and the list of keys. */
import { css } from 'lit';

export const paletteStyles = css`
  dialog {
    width: min(38rem, calc(100vw - 2rem));
    max-height: min(40rem, 84vh);
    margin: 10vh auto auto;
    padding: 0;
    border: 1px solid var(--line-strong);
    border-radius: var(--radius);
    background: var(--ground-high);
    color: inherit;
    overflow: hidden;
  }
  dialog[open] {
    display: flex;
    flex-direction: column;
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 45%);
  }
  dialog > .field {
    flex: none;
    min-height: 2.75rem;
    padding: 0 var(--space-4);
    border: 0;
    border-bottom: 1px solid var(--line);
    border-radius: 0;
    background: transparent;
    font-size: var(--text-lead);
  }
  dialog > .field:focus-visible {
    outline: none;
    box-shadow: inset 0 -2px var(--focus);
  }
  ul {
    flex: 1;
    min-height: 3rem;
    margin: 0;
    padding: var(--space-1);
    overflow: auto;
    list-style: none;
  }
  li {
    display: flex;
    align-items: baseline;
    gap: var(--space-3);
    padding: var(--space-1) var(--space-3);
    border-radius: var(--radius);
    font-size: var(--text-dense);
    line-height: 1.5rem;
    cursor: pointer;
  }
  li:hover {
    background: var(--ground-hover);
  }
  li[aria-selected='true'] {
    background: var(--accent-ground);
    color: var(--accent-strong);
  }
  .name {
    flex: none;
    max-width: 60%;
    font-weight: 550;
  }
  .hint {
    flex: 1;
    min-width: 0;
  }
  .kind {
    flex: none;
  }
  li[aria-selected='true'] .caption {
    color: var(--ink);
  }
  .foot {
    display: flex;
    flex: none;
    flex-wrap: wrap;
    justify-content: space-between;
    gap: 0 var(--space-4);
    padding: var(--space-2) var(--space-4);
    border-top: 1px solid var(--line);
  }
  kbd {
    display: inline-block;
    min-width: 1.25rem;
    padding: 0 var(--space-1);
    border: 1px solid var(--line-strong);
    border-radius: var(--radius);
    text-align: center;
  }
  dialog.sheet {
    overflow: auto;
  }
  .sheet > * {
    margin: 0 var(--space-4) var(--space-3);
  }
  .sheet > .head {
    display: flex;
    align-items: center;
    justify-content: space-between;
    margin: var(--space-2);
    margin-inline-start: var(--space-4);
  }
  dl {
    font-size: var(--text-dense);
  }
  dl > div {
    display: flex;
    gap: var(--space-3);
    padding: 1px 0;
  }
  dl.two {
    columns: 2;
    column-gap: var(--space-6);
  }
  dl.two > div {
    break-inside: avoid;
  }
  dt {
    flex: none;
    width: 4.5rem;
  }
  dd {
    margin: 0;
  }
  @media (max-width: 30rem) {
    dl.two {
      columns: 1;
    }
  }
`;
