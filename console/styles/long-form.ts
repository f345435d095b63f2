/** Long forms: short fields beside each other, and sets of boxes to tick. */
import { css } from 'lit';

export const longFormStyles = css`
  form {
    max-width: 40rem;
  }
  .row {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr));
    gap: 0 var(--space-4);
  }
  fieldset {
    margin: 0 0 var(--space-5);
    padding: 0;
    border: 0;
  }
  legend {
    margin-bottom: var(--space-1);
    padding: 0;
    font-size: var(--text-dense);
    font-weight: 600;
  }
  .choices {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr));
    gap: var(--space-1) var(--space-4);
    font-size: var(--text-dense);
  }
  .choices label {
    display: flex;
    gap: var(--space-2);
    align-items: baseline;
  }
`;
