/**
 * What a new event may mean where it was begun from a hit: the address names the hit, and which proposal is taken. Fires
 * `cn-proposal` with that one. Draws nothing where the address names no hit.
 */
import { msg } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { readSession, sessionIdOf } from '../api/sessions.ts';
import { QueryController } from '../controllers/query-controller.ts';
import { type UrlCodec, UrlStateController } from '../controllers/url-state-controller.ts';
import { sessionPath } from '../routes.ts';
import { controlStyles } from '../styles/controls.ts';
import { fieldsetStyles } from '../styles/fieldset.ts';
import { textStyles } from '../styles/text.ts';
import './error-note.ts';
import type { HitProposal } from './hit-proposals.ts';

interface Begun {
  session: string;
  hit: string;
}

const begunCodec: UrlCodec<Begun | undefined> = {
  decode(params) {
    const session = sessionIdOf(params.get('session') ?? '');
    const hit = params.get('hit');
    return session === undefined || hit === null ? undefined : { session, hit };
  },
  encode: (begun) => new URLSearchParams(begun === undefined ? {} : { event: '', ...begun }),
};

@customElement('cn-event-from-hit')
export class EventFromHit extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    fieldsetStyles,
    css`
      .way {
        display: flex;
        align-items: start;
        gap: var(--space-2);
        padding: 2px 0;
        font-size: var(--text-dense);
        line-height: var(--line-dense);
      }
      .way input {
        flex: none;
        margin-top: 0.1875rem;
      }
      .way > span {
        min-width: 0;
      }
      code {
        display: block;
        color: var(--ink-quiet);
        font-size: var(--text-caption);
        overflow-wrap: anywhere;
      }
      fieldset {
        max-width: 52rem;
        margin-top: var(--space-2);
        border: 0;
      }
      .caption {
        margin-bottom: var(--space-2);
      }
    `,
  ];

  @property() slug = '';
  /** The names of the events that there are. */
  @property({ attribute: false }) taken: readonly string[] = [];

  readonly #begun = new UrlStateController(this, begunCodec);
  readonly #proposals = new QueryController<string, HitProposal[]>(this, {
    key: () => {
      const begun = this.#begun.value;
      return begun && `${this.slug} ${begun.session} ${begun.hit}`;
    },
    subject: (key) => key,
    fetch: async (_key, signal) => {
      const { session = '', hit: id } = this.#begun.value ?? {};
      const [whole, { proposalsOf }] = await Promise.all([
        readSession(this.slug, session, undefined, signal),
        // With all that the language knows of its limits, which no other part of a page needs at first.
        import('./hit-proposals.ts'),
      ]);
      const hit = whole?.hits.find((one) => one.id === id);
      return hit === undefined ? [] : proposalsOf(hit, this.taken);
    },
  });
  /** Behind the `#`, where a change is no way to another page: what was typed meanwhile stays. */
  @state() private picked = Number(location.hash.slice(1));
  #told: HitProposal | undefined;

  protected override updated(): void {
    const picked = this.#proposals.value?.[this.picked];
    if (picked === this.#told) return;
    this.#told = picked;
    this.dispatchEvent(new CustomEvent('cn-proposal', { detail: picked }));
  }

  #pick(place: number) {
    this.picked = place;
    history.replaceState(history.state, '', `#${place}`);
  }

  override render() {
    const begun = this.#begun.value;
    if (begun === undefined) return nothing;
    const { value, error } = this.#proposals;
    const isGone = value?.length === 0 || error?.code === 'session_unknown';
    if (isGone)
      return html`<p class="caption" role="status">${msg('There is no such hit any more. The form begins empty.')}</p>`;
    if (error)
      return html`<cn-error-note .error=${error} @cn-retry=${() => this.#proposals.retry()}></cn-error-note>`;
    if (value === undefined) return html`<p class="caption" role="status">${msg('Loading …')}</p>`;
    const href = sessionPath(this.slug, begun.session);
    return html`<fieldset>
      <legend>${msg('From the hit')}</legend>
      <p class="caption">
        ${msg(html`What the event means: each of these holds for the hit of <a href=${href}>the session</a>. What you choose fills the form below; nothing is saved yet.`)}
      </p>
      ${value.map(
        ({ words, condition }, place) => html`<label class="way"
          ><input type="radio" name="proposal" .checked=${place === this.picked} @change=${() => this.#pick(place)} /><span
            >${words}<code><bdi>${condition}</bdi></code></span
          ></label
        >`,
      )}
    </fieldset>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-event-from-hit': EventFromHit;
  }
}
