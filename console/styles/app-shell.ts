/** The frame: navigation beside the page, or a bar above it where it is narrow. */
import { css } from 'lit';

export const appShellStyles = css`
  :host {
    display: grid;
    grid-template-columns: var(--nav-width) minmax(0, 1fr);
    min-height: 100vh;
  }
  header {
    display: contents;
  }
  .skip {
    position: fixed;
    top: var(--space-2);
    inset-inline-start: var(--space-2);
    z-index: 100;
    translate: 0 -200%;
  }
  .skip:focus {
    translate: none;
  }
  .side {
    border-inline-end: 1px solid var(--line);
    background: var(--ground-low);
  }
  .side > cn-side-nav {
    position: sticky;
    top: 0;
    height: 100vh;
    overflow: auto;
  }
  .bar {
    display: none;
  }
  main {
    min-width: 0;
  }
  main:focus-visible {
    outline: none;
  }
  .alone {
    padding: var(--space-6);
  }
  .stranger {
    grid-column: 1 / -1;
  }
  dialog {
    width: min(18rem, 85vw);
    max-width: none;
    height: 100%;
    max-height: none;
    margin: 0;
    padding: 0;
    border: 0;
    border-inline-end: 1px solid var(--line);
    background: var(--ground-low);
    color: inherit;
  }
  /* It hides what is below: whoever sits there now is not known. */
  dialog.away {
    width: 100vw;
    border: 0;
    background: var(--ground);
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 45%);
  }
  @media (max-width: 48rem) {
    :host {
      display: block;
    }
    .side {
      display: none;
    }
    .bar {
      display: flex;
      align-items: center;
      gap: var(--space-2);
      position: sticky;
      top: 0;
      z-index: 20;
      height: var(--bar-height);
      padding: 0 var(--space-2);
      border-bottom: 1px solid var(--line);
      background: var(--ground-low);
      font-weight: 600;
    }
    .bar .quiet {
      font-weight: 450;
    }
    .bar wa-icon {
      font-size: 1.25rem;
    }
    .alone {
      padding: var(--space-4);
    }
  }
  /* Paper has no places to go to. */
  @media print {
    :host {
      display: block;
    }
    .side,
    .bar {
      display: none;
    }
  }
`;
