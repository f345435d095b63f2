/** The blackouts of an alert: weekdays with a beginning and an end. Fires `cn-blackouts` with all of them. */
import { msg, str } from '@lit/localize';
import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Blackout, Weekday } from '../../core/contract/alert.ts';
import { controlStyles } from '../styles/controls.ts';
import { fieldsetStyles } from '../styles/fieldset.ts';
import { textStyles } from '../styles/text.ts';
import { weekdayTexts } from './alert-words.ts';

const days = Object.keys(weekdayTexts) as Weekday[];
const blackoutsMax = 32;

@customElement('cn-blackout-list')
export class BlackoutList extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    fieldsetStyles,
    css`
      :host {
        margin-top: var(--space-2);
      }
      fieldset {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-1) var(--space-3);
        margin: 0 0 var(--space-2);
        padding: 0 0 var(--space-2);
        border: 0;
        border-bottom: 1px solid var(--line);
      }
      .time {
        width: 6.5rem;
      }
    `,
  ];

  @property({ attribute: false }) blackouts: readonly Blackout[] = [];

  override render() {
    return html`${this.blackouts.map(
      (one, index) => html`<fieldset>
          <legend class="only-read">${msg(str`Blackout ${index + 1}`)}</legend>
          ${days.map(
            (day) => html`<label class="check"
              ><input type="checkbox" .checked=${one.days.includes(day)} @change=${() => this.#toggle(index, day)} />${weekdayTexts[day]}</label
            >`,
          )}
          <label class="check">${msg('from')}<input class="field time" type="time" .value=${one.from} @change=${(event: Event) => this.#set(index, { from: typedIn(event) })} /></label>
          <label class="check">${msg('to')}<input class="field time" type="time" .value=${one.to === '24:00' ? '00:00' : one.to} @change=${(event: Event) => this.#set(index, { to: typedIn(event) })} /></label>
          <button class="button plain" type="button" @click=${() => this.#fire(this.blackouts.filter((_, at) => at !== index))}>
            ${msg('Remove')}
          </button>
        </fieldset>`,
    )}
      <button class="button" type="button" ?disabled=${this.blackouts.length >= blackoutsMax} @click=${this.#add}>
        ${msg('Add a blackout')}
      </button>`;
  }

  readonly #add = () =>
    this.#fire([...this.blackouts, { days: ['sat', 'sun'], from: '00:00', to: '24:00' }]);

  #toggle(index: number, day: Weekday) {
    const chosen = this.blackouts[index]?.days ?? [];
    this.#set(index, { days: days.filter((one) => (one === day) !== chosen.includes(one)) });
  }

  #set(index: number, part: Partial<Blackout>) {
    // The clock of a browser has no 24:00: an end at midnight is the end of the day.
    const whole = part.to === '00:00' ? { ...part, to: '24:00' } : part;
    this.#fire(this.blackouts.map((one, at) => (at === index ? { ...one, ...whole } : one)));
  }

  #fire(detail: readonly Blackout[]) {
    this.dispatchEvent(new CustomEvent('cn-blackouts', { detail }));
  }
}

const typedIn = (event: Event) => (event.target as HTMLInputElement).value;

declare global {
  interface HTMLElementTagNameMap {
    'cn-blackout-list': BlackoutList;
  }
}
