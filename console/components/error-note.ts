/**
 * A failed request in three sentences: what happened, what is safe, what to do. Fires `cn-retry` at a button that is
 * there where somebody listens: elsewhere the form above it is sent again.
 */
import { msg } from '@lit/localize';
import '@awesome.me/webawesome/dist/components/icon/icon.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { ApiError } from '../api/client.ts';
import { controlStyles } from '../styles/controls.ts';
import { textStyles } from '../styles/text.ts';

export interface Advice {
  safe: string;
  todo: string;
  /** False where trying the same again cannot help. */
  retry: boolean;
}

/** What to say about an error besides its own text. */
export function adviceFor(error: Pick<ApiError, 'code' | 'status'>): Advice {
  if (error.code === 'sign_in_refused')
    return {
      safe: msg('Nothing was changed.'),
      todo: msg('Correct it, then try again.'),
      retry: false,
    };
  if (error.status === 401) {
    const safe = msg('Your data is untouched.');
    return { safe, todo: msg('Sign in, then try again.'), retry: true };
  }
  switch (error.code) {
    case 'unreachable':
      return {
        safe: msg(
          'Everything that was stored is safe, and what the page shows is the last that was received.',
        ),
        todo: msg('Check that Canister is running and that the network is up, then try again.'),
        retry: true,
      };
    case 'local_only':
      return {
        safe: msg('Your data is untouched.'),
        todo: msg(
          'Open the console on the machine that Canister runs on, or through an SSH tunnel.',
        ),
        retry: false,
      };
    case 'link_unusable':
      return {
        safe: msg('Nothing was changed.'),
        todo: msg(
          'Ask an administrator for a new link, or for another password at the sign-in page.',
        ),
        retry: false,
      };
    case 'guesses_too_many':
      return { safe: msg('Nothing was changed.'), todo: msg('Wait a minute.'), retry: false };
    case 'dataset_unknown':
      return {
        safe: msg('Other datasets are not concerned.'),
        todo: msg('Choose a dataset in the navigation.'),
        retry: false,
      };
    case 'changed_meanwhile':
    case 'event_changed':
      return {
        safe: msg('What the other one saved is kept, and what you typed is still here.'),
        todo: msg('Copy what you need, open it anew, and make your change again.'),
        retry: false,
      };
    case 'search_too_slow':
      return {
        safe: msg('The search was stopped; nothing was changed.'),
        todo: msg('Choose fewer days or a narrower condition, then search again.'),
        retry: true,
      };
    case 'sql_too_slow':
      return {
        safe: msg('The query was stopped; nothing was changed.'),
        todo: msg('Narrow the range of days or group more coarsely, then run it again.'),
        retry: false,
      };
    case 'sql_invalid':
    case 'sql_not_select':
    case 'sql_forbidden':
    case 'request_invalid':
    case 'query_invalid':
    case 'date_range_invalid':
    case 'condition_invalid':
    case 'condition_not_in_tables':
    case 'field_not_indexed':
    case 'search_too_wide':
    case 'definition_invalid':
    case 'definition_needed':
    case 'definition_unknown':
    case 'costs_invalid':
    case 'configuration_invalid':
    case 'upkeep_busy':
    case 'recut_stale':
    case 'alert_invalid':
    case 'channel_invalid':
    case 'channel_unknown':
    case 'channel_in_use':
    case 'event_invalid':
    case 'event_exists':
    case 'event_needed':
    case 'event_unpublished':
    case 'password_unusable':
    case 'source_invalid':
    case 'source_running':
    case 'user_exists':
    case 'last_administrator':
      return {
        safe: msg('Nothing was changed.'),
        todo: msg('Correct it, then try again.'),
        retry: false,
      };
  }
  if (error.status === 403) {
    const todo = msg(
      'Your role does not allow it, or was changed while this page was open. Ask an administrator.',
    );
    return { safe: msg('Nothing was changed.'), todo, retry: false };
  }
  return {
    safe: msg('Nothing was changed by this request.'),
    todo: msg("Try again. If it stays, the server's log says more."),
    retry: true,
  };
}

@customElement('cn-error-note')
export class ErrorNote extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    css`
      .note {
        display: flex;
        gap: var(--space-3);
        max-width: 48rem;
        padding: var(--space-3) var(--space-4);
        border-inline-start: 3px solid var(--worse);
        background: var(--worse-ground);
      }
      wa-icon {
        flex: none;
        margin-top: 0.1875rem;
        color: var(--worse);
      }
      .body {
        min-width: 0;
      }
      .detail {
        font-family: var(--font-mono);
        font-size: var(--text-caption);
        line-height: var(--line-dense);
        overflow-wrap: anywhere;
        white-space: pre-wrap;
      }
      .body > * + * {
        margin-top: var(--space-1);
      }
      .button {
        margin-top: var(--space-2);
      }
    `,
  ];

  @property({ attribute: false }) error: ApiError | undefined;
  #isHeard = false;

  override addEventListener(...given: Parameters<HTMLElement['addEventListener']>): void {
    if (given[0] === 'cn-retry') this.#isHeard = true;
    super.addEventListener(...given);
  }

  override render() {
    const { error } = this;
    if (error === undefined) return nothing;
    const advice = adviceFor(error);
    return html`<div class="note" role="alert">
      <wa-icon name="warning"></wa-icon>
      <div class="body">
        <h2>${error.title}</h2>
        ${error.said === undefined ? html`<p class="detail">${error.message}</p>` : this.#inTwoLanguages(error)}
        <p>${advice.safe} ${advice.todo}</p>
        ${
          advice.retry && this.#isHeard
            ? html`<button class="button" type="button" @click=${this.#retry}>${msg('Try again')}</button>`
            : nothing
        }
      </div>
    </div>`;
  }

  /** In the reader's language what it means; what the server named in the request stays as the server said it. */
  #inTwoLanguages({ message, said }: ApiError) {
    return html`<p>${message}</p>
      <p class="detail" lang="en" dir="ltr">${said}</p>`;
  }

  #retry() {
    this.dispatchEvent(new CustomEvent('cn-retry'));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-error-note': ErrorNote;
  }
}
