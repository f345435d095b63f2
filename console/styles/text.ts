/** Text inside shadow roots: headings, links, quiet text, code, and text for screen readers only. */
import { css } from 'lit';

export const textStyles = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  h1,
  h2,
  h3,
  p {
    margin: 0;
  }
  h1 {
    font-size: var(--text-title);
    line-height: 1.75rem;
    font-weight: 640;
    letter-spacing: -0.011em;
  }
  h2 {
    font-size: var(--text-body);
    line-height: var(--line-body);
    font-weight: 640;
  }
  h3 {
    font-size: var(--text-dense);
    line-height: var(--line-dense);
    font-weight: 600;
  }
  a {
    color: var(--accent);
    text-decoration: underline;
    text-decoration-color: color-mix(in oklab, currentColor 40%, transparent);
    text-underline-offset: 0.2em;
  }
  a:hover {
    color: var(--accent-strong);
    text-decoration-color: currentColor;
  }
  code,
  kbd {
    font-family: var(--font-mono);
    font-size: 0.92em;
  }
  /* Code, addresses and numbers run from left to right in every language; a stranger's text as its own letters do. */
  code,
  kbd,
  pre,
  textarea,
  .mono {
    direction: ltr;
    unicode-bidi: isolate;
  }
  .ellipsis,
  .address {
    unicode-bidi: plaintext;
  }
  .ellipsis:dir(rtl),
  .address:dir(rtl) {
    text-align: right;
  }
  /* The drawing in an icon is as wide as an image without a size: only its middle is the icon. */
  wa-icon,
  wa-copy-button {
    overflow: clip;
  }
  .figures,
  dd {
    font-feature-settings: 'tnum', 'cv05', 'ss03';
  }
  .quiet {
    color: var(--ink-quiet);
  }
  .caption {
    color: var(--ink-quiet);
    font-size: var(--text-caption);
    line-height: 1rem;
  }
  .ellipsis {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .only-read {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  :focus-visible {
    outline: 2px solid var(--focus);
    outline-offset: 2px;
    border-radius: 2px;
  }
`;
