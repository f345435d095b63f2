/** Forms of many fields: short ones beside each other, in groups with a name, what is wrong below its field. */
import { css } from 'lit';

export const fieldsetStyles = css`
  :host {
    display: block;
  }
  .line > cn-value-source {
    flex: 1 1 20rem;
    min-width: 0;
    margin-bottom: calc(-1 * var(--space-3));
  }
  .line > .button {
    margin-top: 1.5rem;
  }
  form {
    max-width: 52rem;
  }
  fieldset {
    min-width: 0;
    margin: var(--space-5) 0 0;
    padding: var(--space-3) 0 0;
    border: 0;
    border-top: 1px solid var(--line);
  }
  legend {
    float: inline-start;
    width: 100%;
    margin-bottom: var(--space-2);
    padding: 0;
    font-weight: 640;
  }
  legend + * {
    clear: both;
  }
  .line {
    display: flex;
    flex-wrap: wrap;
    align-items: start;
    gap: var(--space-3);
    margin-bottom: var(--space-3);
  }
  .entry {
    display: block;
    flex: 0 1 auto;
    min-width: 0;
  }
  .entry.wide {
    flex: 1 1 18rem;
  }
  .entry > span {
    display: block;
    margin-bottom: 2px;
    color: var(--ink-quiet);
    font-size: var(--text-caption);
  }
  .entry .field {
    width: 100%;
  }
  .entry input[type='number'] {
    width: 7rem;
  }
  .check {
    display: inline-flex;
    align-items: center;
    gap: var(--space-2);
    min-height: 1.75rem;
    font-size: var(--text-dense);
  }
  .problem {
    color: var(--worse);
    font-weight: 550;
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-2);
    margin-top: var(--space-4);
  }
  .actions ~ cn-error-note {
    display: block;
    margin-top: var(--space-4);
  }
  .outcome {
    max-width: 52rem;
    margin-top: var(--space-4);
    padding: var(--space-3) var(--space-4);
    border-inline-start: 3px solid var(--accent);
    background: var(--ground-low);
    font-size: var(--text-dense);
  }
  .outcome b {
    font-size: var(--text-lead);
  }
  .outcome ul {
    columns: 18rem;
    margin: var(--space-2) 0 0;
    padding-inline-start: var(--space-4);
  }
  @media (max-width: 30rem) {
    .line > .entry {
      flex: 1 1 40%;
    }
    .line > .entry.wide {
      flex-basis: 100%;
    }
  }
`;
