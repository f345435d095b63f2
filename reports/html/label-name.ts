/** The name of a label with a patch of its colour. */
import { html } from 'hono/html';
import type { Answer } from '../../core/contract/query.ts';
import { labelColourNames } from '../charts/palette.ts';
import { showInvisible } from './format.ts';

export function labelName({ labels = [] }: Answer, name: string) {
  const colour = labels.find((label) => label.name === name)?.colour ?? 1;
  const token = labelColourNames[(colour - 1) % labelColourNames.length];
  return html`<i class="patch" style="background:var(--${token})"></i><bdi>${showInvisible(name)}</bdi>`;
}
