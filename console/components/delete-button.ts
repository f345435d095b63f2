/** The button of a row that is taken away at once: what it does can be undone (`offerUndo`). */
import { msg } from '@lit/localize';
import { css, html, type TemplateResult } from 'lit';

/** @param name of what goes, for those who hear the button without its row */
export const deleteButton = (name: string, act: () => unknown): TemplateResult =>
  html`<button class="button plain delete" type="button" @click=${act}>${msg('Delete')}<span class="only-read"> ${name}</span></button>`;

export const deleteStyles = css`
  .button.delete {
    min-height: 1.5rem;
    padding: 0 var(--space-2);
    font-size: var(--text-caption);
  }
`;
