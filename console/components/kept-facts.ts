/** A definition for who may look at it and not change it: its parts in words. */
import { msg } from '@lit/localize';
import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { AlertRule } from '../../core/contract/alert.ts';
import type { EventDraft } from '../../core/contract/event-life.ts';
import { factStyles } from '../styles/facts.ts';
import { textStyles } from '../styles/text.ts';
import { blackoutWords, ruleWords, severityTexts } from './alert-words.ts';
import {
  actionTexts,
  draftStateTexts,
  recordTexts,
  trackTexts,
  triggerTexts,
} from './event-words.ts';

/** A name and its value; what is empty is not shown. */
export type Fact = readonly [name: string, value: string];

@customElement('cn-kept-facts')
export class KeptFacts extends LitElement {
  static override styles = [
    textStyles,
    factStyles,
    css`
      :host {
        display: block;
        max-width: 44rem;
      }
      p {
        margin-top: var(--space-4);
      }
    `,
  ];

  @property({ attribute: false }) facts: readonly Fact[] = [];

  override render() {
    return html`<p class="caption">${msg('Your role looks at it. A configurator can change it.')}</p>
      <dl class="facts">
        ${this.facts
          .filter(([, value]) => value !== '')
          .map(
            ([name, value]) => html`<div>
              <dt>${name}</dt>
              <dd><bdi>${value}</bdi></dd>
            </div>`,
          )}
      </dl>`;
  }
}

export function factsOfEvent({ definition, state }: EventDraft): Fact[] {
  const { description, trigger, condition, track, record, dimensions, actions } = definition;
  return [
    [msg('State'), definition.active ? draftStateTexts[state] : msg('Off')],
    [msg('Description'), description],
    [msg('Trigger'), triggerTexts[trigger]],
    [msg('Condition'), condition],
    [msg('Record'), trackTexts[track]],
    [msg('Value'), recordTexts[record.kind]],
    [msg('Dimensions'), dimensions.map(({ name }) => name).join(', ')],
    [msg('Actions'), actions.map((action) => actionTexts[action.do]).join(', ')],
  ];
}

export function factsOfAlert(rule: AlertRule): Fact[] {
  const { description, severity, channels, blackouts, active } = rule;
  return [
    [msg('State'), active ? msg('Switched on') : msg('Off')],
    [msg('Description'), description ?? ''],
    [msg('When'), ruleWords(rule)],
    [msg('Severity'), severityTexts[severity]],
    [msg('Channels'), channels.join(', ')],
    [msg('Blackouts'), blackouts.map(blackoutWords).join(', ')],
  ];
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-kept-facts': KeptFacts;
  }
}
