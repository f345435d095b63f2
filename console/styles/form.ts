/** Forms: a label above its field, the hint or the problem below it, one column. */
import { css } from 'lit';

export const formStyles = css`
  .form-field {
    margin-bottom: var(--space-5);
  }
  .form-field label {
    display: block;
    margin-bottom: var(--space-1);
    font-size: var(--text-dense);
    font-weight: 600;
  }
  .form-field .field {
    display: block;
    width: 100%;
    padding-inline: var(--space-3);
  }
  .form-field .caption {
    margin-top: var(--space-1);
  }
  .form-field .problem {
    color: var(--worse);
    font-weight: 550;
  }
  textarea.field {
    resize: vertical;
  }
  .mono {
    font-family: var(--font-mono);
  }
  .form-actions {
    display: flex;
    gap: var(--space-2);
    margin-top: var(--space-6);
  }
`;
