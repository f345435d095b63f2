/**
 * The hits of a session in their order, with the steps taken on each, at their times after the first hit. A hit opens
 * to its request and response fields; what is open stays open when hits are added. The events that fired on it stand
 * below it. All of it is drawn as text.
 */
import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { readablePath } from '../../core/contract/readable-path.ts';
import type { SessionHit } from '../../core/contract/session.ts';
import { hitStyles } from '../styles/hits.ts';
import { textStyles } from '../styles/text.ts';
import { fieldsOf, type HitField } from './hit-fields.ts';
import { counted, formatCount, formatDuration, formatOffset } from './number-format.ts';
import { hitTypeTexts } from './session-words.ts';
import { formatInstantExact } from './time-format.ts';

type Step = NonNullable<SessionHit['steps']>[number];

/** So many steps of a hit are shown before somebody asks for all. */
const stepsShownMax = 10;
const errorStatusMin = 400;

@customElement('cn-hit-list')
export class HitList extends LitElement {
  static override styles = [
    textStyles,
    hitStyles,
    css`
      :host {
        display: block;
        container-type: inline-size;
      }
    `,
  ];

  @property({ attribute: false }) hits: readonly SessionHit[] = [];
  @property() timeZone = 'UTC';
  /** The events that fired on a hit, by its id. */
  @property({ attribute: false }) fired: ReadonlyMap<string, readonly string[]> = new Map();
  /** The address at which an event is made from a hit; absent for who may not make one. */
  @property({ attribute: false }) eventHrefOf: ((hitId: string) => string) | undefined;
  /** The hits whose fields are drawn: those that were opened once. */
  @state() private opened: ReadonlySet<string> = new Set();
  /** The hits whose steps are all shown. */
  @state() private unfolded: ReadonlySet<string> = new Set();

  override render() {
    const startedAt = this.hits[0]?.at ?? 0;
    return html`<ol aria-label=${msg('Hits in the order of their time')}>
      ${repeat(
        this.hits,
        (hit) => hit.id,
        (hit) => this.#hit(hit, startedAt),
      )}
    </ol>`;
  }

  /** Opens a hit and goes to it. */
  async show(hitId: string): Promise<void> {
    const all = [...this.renderRoot.querySelectorAll('details')];
    const hit = all.find((one) => one.getAttribute('data-hit') === hitId);
    if (hit === undefined) return;
    this.opened = new Set([...this.opened, hitId]);
    await this.updateComplete;
    hit.open = true;
    hit.scrollIntoView({ block: 'center' });
    hit.querySelector('summary')?.focus({ preventScroll: true });
  }

  #hit(hit: SessionHit, startedAt: number) {
    const address = hit.query === undefined ? hit.path : `${hit.path}?${hit.query}`;
    const name = hit.name ?? hit.title;
    const failed = hit.status !== undefined && hit.status >= errorStatusMin;
    return html`<li>
      <details data-hit=${hit.id} @toggle=${(event: Event) => this.#toggle(event, hit.id)}>
        <summary>
          <span class="offset figures">${formatOffset(hit.at - startedAt)}</span>
          <span class="type">${hitTypeTexts[hit.type]}</span>
          <span class="what">
            ${name === undefined ? nothing : html`<span class="name ellipsis">${name}</span>`}
            <span class="address ellipsis" title=${address}>${hit.method === 'GET' ? '' : `${hit.method} `}${readablePath(address)}</span>
          </span>
          <span class="response figures ${failed ? 'failed' : ''}">
            ${hit.status === undefined ? nothing : html`<span class="only-read">${msg('Status')} </span>${hit.status}`}
            ${hit.durationMs === undefined ? nothing : html`<span class="took">${msg(str`${formatCount(hit.durationMs)} ms`)}</span>`}
          </span>
        </summary>
        ${this.opened.has(hit.id) ? this.#fields(hit) : nothing}
      </details>
      ${hit.steps ? this.#steps(hit.id, hit.steps) : nothing}${this.#fired(hit.id)}
    </li>`;
  }

  #fields(hit: SessionHit) {
    const { request, response } = fieldsOf(hit);
    const address = readablePath(hit.path);
    const at = formatInstantExact(hit.at, this.timeZone);
    return html`<div class="fields">
      <div>
        <h3>${msg('Request')}</h3>
        ${fieldList([{ name: msg('Time'), value: at }, ...request])}
      </div>
      <div>
        <h3>${msg('Response')}</h3>
        ${response.length > 0 ? fieldList(response) : html`<p class="caption">${msg('The sender told nothing of the response.')}</p>`}
      </div>
      ${
        this.eventHrefOf === undefined
          ? nothing
          : html`<p class="way"><a href=${this.eventHrefOf(hit.id)}>${msg(html`Make an event from this hit<span class="only-read">, ${address}</span>`)}</a></p>`
      }
    </div>`;
  }

  #steps(hitId: string, steps: readonly Step[]) {
    const shown = this.unfolded.has(hitId) ? steps : steps.slice(0, stepsShownMax);
    const firstAt = steps[0]?.at ?? 0;
    const rest = steps.length - shown.length;
    return html`<ul class="steps" aria-label=${msg('Steps; times after the first of them, by the page’s clock')}>
      ${shown.map(
        (step) => html`<li>
          <span class="offset figures">${step.at > firstAt ? `+${formatDuration(step.at - firstAt)}` : nothing}</span>
          <span class="kind">${step.kind}</span>
          <span class="step">
            ${step.target === undefined ? nothing : html`<code>${step.target}</code>`}
            ${step.value === undefined ? nothing : html`<span class="value">${step.value}</span>`}
          </span>
        </li>`,
      )}
      ${
        rest === 0
          ? nothing
          : html`<li>
              <button type="button" @click=${() => this.#unfold(hitId)}>
                ${msg(str`Show ${counted(rest, msg('# more step|# more steps'))}`)}
              </button>
            </li>`
      }
    </ul>`;
  }

  #fired(hitId: string) {
    const events = this.fired.get(hitId);
    return events === undefined
      ? nothing
      : html`<ul class="fired" aria-label=${msg('Events that fired on it')}>
          ${events.map((event) => html`<li>${event}</li>`)}
        </ul>`;
  }

  #toggle(event: Event, hitId: string) {
    const isOpen = (event.currentTarget as HTMLDetailsElement).open;
    if (isOpen && !this.opened.has(hitId)) this.opened = new Set([...this.opened, hitId]);
  }

  #unfold(hitId: string) {
    this.unfolded = new Set([...this.unfolded, hitId]);
  }
}

function fieldList(fields: readonly HitField[]) {
  return html`<dl>
    ${fields.map(
      ({ name, value, href }) => html`<div>
        <dt>${name}</dt>
        <dd>${href === undefined ? value : link(href, value)}</dd>
      </div>`,
    )}
  </dl>`;
}

const link = (href: string, text: string) =>
  html`<a href=${href} target="_blank" rel="noopener noreferrer nofollow">${text}</a>`;

declare global {
  interface HTMLElementTagNameMap {
    'cn-hit-list': HitList;
  }
}
