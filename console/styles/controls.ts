/**
 * Buttons, fields and selects inside shadow roots. They are native elements: nothing beats them at keyboard,
 * autofill and date entry; Web Awesome is used where the platform has nothing (menus, switches, tooltips).
 */
import { css } from 'lit';

export const controlStyles = css`
  button,
  input,
  select,
  textarea {
    font: inherit;
    font-feature-settings: inherit;
    color: inherit;
  }
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: var(--space-2);
    min-height: var(--control-height);
    padding: 0 var(--space-3);
    border: 1px solid var(--line-strong);
    border-radius: var(--radius);
    background: var(--ground);
    color: var(--ink);
    font-size: var(--text-dense);
    font-weight: 550;
    line-height: 1;
    text-decoration: none;
    white-space: nowrap;
    cursor: pointer;
  }
  /* A line break behind what is only read is one more thing in the button: the gap before it moved the words aside. */
  .button:has(> .only-read) {
    gap: 0;
  }
  .button:hover {
    background: var(--ground-hover);
    color: var(--ink);
  }
  .button[disabled] {
    cursor: default;
    opacity: 0.55;
  }
  /* A quick answer is none to look at. */
  :is(:host([acting]), [acting]) :is(.button, cn-confirm-button) {
    opacity: 0.55;
    transition: opacity 0s 200ms;
    cursor: progress;
  }
  .button.first {
    border-color: var(--accent);
    background: var(--accent);
    color: var(--accent-ink);
  }
  .button.first:hover {
    border-color: var(--accent-strong);
    background: var(--accent-strong);
  }
  .button.plain {
    border-color: transparent;
    background: transparent;
    color: var(--ink-quiet);
  }
  .button.plain:hover {
    background: var(--ground-hover);
    color: var(--ink);
  }
  .button.icon {
    width: var(--control-height);
    padding: 0;
  }
  /* As large as a finger needs it, however small the words are (WCAG 2.2, 2.5.8). */
  summary,
  label:has(> :is([type='checkbox'], [type='radio'])) {
    min-height: 1.5rem;
  }
  .field {
    min-height: var(--control-height);
    padding: var(--space-1) var(--space-2);
    border: 1px solid var(--line-strong);
    border-radius: var(--radius);
    background: var(--ground);
    font-size: var(--text-dense);
    line-height: var(--line-dense);
  }
  select.field {
    padding-inline-end: var(--space-1);
  }
  .field:hover {
    border-color: var(--ink-quiet);
  }
  .field[aria-invalid='true'] {
    border-color: var(--worse);
  }
  .field:focus-visible {
    outline-offset: 0;
    border-radius: var(--radius);
  }
  .button:focus-visible {
    border-radius: var(--radius);
  }
  wa-switch::part(switch) {
    min-height: 1.5rem;
  }
  wa-switch {
    font-size: var(--text-dense);
    --width: 1.75rem;
    --height: 1rem;
    --thumb-size: 0.75rem;
  }
  /* Where the reader's own colours stand for ours, all grounds are alike. */
  @media (forced-colors: active) {
    .button[aria-pressed='true'] {
      text-decoration: underline 2px;
      text-underline-offset: 0.25em;
    }
  }
`;
