/** What the rows of every list of sessions have in common. */
import { msg } from '@lit/localize';
import { html, nothing } from 'lit';
import { isRobot } from './session-words.ts';

export const robotMark = (session: Parameters<typeof isRobot>[0]) =>
  isRobot(session) ? html`<span class="robot">${msg('robot')}</span>` : nothing;

/** Rows that stand for those which are being loaded. */
export const bones = Array.from(
  { length: 6 },
  () => html`<tr aria-hidden="true">
    <td class="when"><span class="bone"></span></td>
    <td class="duration"><span class="bone"></span></td>
    <td class="count"><span class="bone"></span></td>
    <td><span class="bone" style="width: 70%"></span></td>
    <td class="source"><span class="bone"></span></td>
    <td class="technology"><span class="bone"></span></td>
  </tr>`,
);
