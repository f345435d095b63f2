/** Who a session is of, where it came from and what it was made with: a list of names and values, all of them text. */
import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { WholeSession } from '../../core/contract/session.ts';
import { factStyles } from '../styles/facts.ts';
import { textStyles } from '../styles/text.ts';
import { originTexts, sourceOf, technologyOf } from './session-words.ts';

type Fact = readonly [name: string, value: string | undefined, kind?: 'mono'];

@customElement('cn-session-facts')
export class SessionFacts extends LitElement {
  static override styles = [
    textStyles,
    factStyles,
    css`
      :host {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 16rem), 1fr));
        gap: var(--space-5) var(--space-8);
        align-items: start;
      }
    `,
  ];

  @property({ attribute: false }) session: WholeSession | undefined;

  override render() {
    const { session } = this;
    if (session === undefined) return nothing;
    const { acquisition } = session;
    const { referrerHost, referrerPath } = acquisition;
    const referrer =
      referrerHost === undefined ? undefined : `${referrerHost}${referrerPath ?? ''}`;
    return html`${group(msg('Visitor'), [
      [msg('Visitor'), session.visitor, 'mono'],
      [msg('User'), session.userId],
      [msg('IP address'), session.addressPrefix, 'mono'],
      [msg('Country'), session.country],
      [msg('Language'), session.language],
    ])}
      ${group(msg('Came from'), [
        [msg('Source'), sourceOf(acquisition) ?? msg('Direct')],
        [msg('Referrer'), referrer],
        [msg('Medium'), acquisition.medium],
        [msg('Campaign'), acquisition.campaign],
        [msg('Term'), acquisition.term],
        [msg('Content'), acquisition.content],
      ])}
      ${group(msg('Made with'), [
        [msg('Device'), technologyOf({ technology: session.technology })],
        [
          msg('Screen width'),
          session.screenWidth === undefined ? undefined : msg(str`${session.screenWidth} px`),
        ],
        [msg('User agent'), session.userAgent || msg('not sent')],
        [msg('Origin'), originTexts[session.origin]],
      ])}`;
  }
}

function group(heading: string, facts: readonly Fact[]) {
  return html`<div>
    <h3>${heading}</h3>
    <dl class="facts">
      ${facts.map(([name, value, kind]) =>
        value === undefined
          ? nothing
          : html`<div><dt>${name}</dt><dd class=${kind ?? ''}>${value}</dd></div>`,
      )}
    </dl>
  </div>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-session-facts': SessionFacts;
  }
}
