/** A list whose rows are opened below it by the button of their name. */
import { css } from 'lit';

export const openedRowStyles = css`
  .name {
    padding: 0;
    border: 0;
    background: none;
    color: var(--accent);
    text-align: start;
    text-decoration: underline;
    cursor: pointer;
  }
  tr[aria-current='true'] .name {
    font-weight: 640;
  }
`;
