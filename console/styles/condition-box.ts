/** The field of a condition: text, and beneath it the same text with the mark of its fault; the list hangs below. */
import { css } from 'lit';

export const conditionBoxStyles = css`
  :host {
    display: block;
  }
  label {
    display: block;
    margin-bottom: var(--space-1);
    font-size: var(--text-dense);
    font-weight: 600;
  }
  .paper {
    display: grid;
    position: relative;
    padding: 0;
  }
  .paper:focus-within {
    outline: 2px solid var(--focus);
  }
  .mirror,
  textarea {
    grid-area: 1 / 1;
    min-width: 0;
    margin: 0;
    padding: calc(var(--space-1) + 1px) var(--space-2);
    border: 0;
    font-family: var(--font-mono);
    font-size: var(--text-dense);
    font-feature-settings: normal;
    line-height: var(--line-dense);
    letter-spacing: normal;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
    tab-size: 2;
  }
  .mirror {
    direction: ltr;
    color: transparent;
  }
  textarea {
    width: 100%;
    height: 100%;
    overflow: hidden;
    background: none;
    color: var(--ink);
    resize: none;
  }
  textarea:focus-visible {
    outline: none;
  }
  textarea::placeholder {
    overflow: hidden;
    color: var(--ink-quiet);
    opacity: 1;
    text-overflow: ellipsis;
    /* The field grows with what is typed: a second line of its example would be cut. */
    white-space: nowrap;
  }
  mark {
    border-radius: 2px;
    background: var(--worse-ground);
    color: transparent;
    text-decoration: underline wavy var(--worse);
    text-underline-offset: 0.2em;
  }
  .problem {
    margin-top: var(--space-1);
    color: var(--worse);
    font-weight: 550;
    overflow-wrap: anywhere;
  }
  .problem:empty {
    margin: 0;
  }
  ul {
    position: absolute;
    top: calc(100% + 4px);
    inset-inline-start: -1px;
    z-index: 30;
    width: min(40rem, calc(100% + 2px));
    max-height: 17rem;
    margin: 0;
    padding: var(--space-1) 0;
    overflow: auto;
    border: 1px solid var(--line-strong);
    border-radius: var(--radius);
    background: var(--ground-high);
    list-style: none;
  }
  li {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 0 var(--space-3);
    padding: var(--space-1) var(--space-3);
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
    font-family: var(--font-mono);
    font-size: var(--text-dense);
    overflow-wrap: anywhere;
  }
  .about {
    color: var(--ink-quiet);
    font-size: var(--text-caption);
  }
`;
