/** The name of a label with a patch of its colour. */
import { css, html } from 'lit';
import type { Answer } from '../../core/contract/query.ts';

const coloursMax = 8;

/** A colour of 1 to 8 as its token. */
export const labelToken = (colour: number) => `var(--label-${((colour - 1) % coloursMax) + 1})`;

export function labelName({ labels = [] }: Pick<Answer, 'labels'>, name: string) {
  const colour = labels.find((label) => label.name === name)?.colour ?? 1;
  return html`<span class="patch" style="background: ${labelToken(colour)}"></span><bdi>${name}</bdi>`;
}

export const labelStyles = css`
  .patch {
    display: inline-block;
    width: 0.5rem;
    height: 0.5rem;
    margin-inline-end: var(--space-1);
  }
`;
