/** How long the server keeps its audit trail, and what became of messages. */
import { msg } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { ServerRetention } from '../../core/contract/server-retention.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import { isConflict } from '../api/knowing.ts';
import { readServerRetention, setServerRetention } from '../api/retention.ts';
import { oneAtATime } from '../controllers/one-at-a-time.ts';
import { QueryController } from '../controllers/query-controller.ts';
import { UnsavedInput } from '../controllers/unsaved-input.ts';
import { controlStyles } from '../styles/controls.ts';
import { fieldsetStyles } from '../styles/fieldset.ts';
import { textStyles } from '../styles/text.ts';
import './confirm-button.ts';
import './conflict-note.ts';
import './error-note.ts';

/** What was typed; an empty field takes the rule back. */
interface Typed {
  keepAuditDays: number | null;
  keepDeliveriesDays: number | null;
}

const ruled = ({ keepAuditDays, keepDeliveriesDays }: ServerRetention): Typed => ({
  keepAuditDays: keepAuditDays ?? null,
  keepDeliveriesDays: keepDeliveriesDays ?? null,
});

@customElement('cn-server-retention-form')
export class ServerRetentionForm extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    fieldsetStyles,
    css`
      .about {
        margin-bottom: var(--space-3);
      }
    `,
  ];

  /** Those that were set here, or that somebody else has set meanwhile. */
  @state() private newer: ServerRetention | undefined;
  @state() private error: ApiError | undefined;
  @state() private saved = false;
  /** What somebody else has set meanwhile, and what was typed here. */
  @state() private conflict: { theirs: ServerRetention; mine: Typed } | undefined;
  readonly #once = oneAtATime(this);
  readonly #read = new QueryController<string, ServerRetention>(this, {
    key: () => 'rules',
    subject: (key) => key,
    fetch: (_key, signal) => readServerRetention(signal),
  });

  get #rules(): ServerRetention | undefined {
    return this.newer ?? this.#read.value;
  }

  constructor() {
    super();
    new UnsavedInput(this, {
      typed: () => this.#rules && this.#typed(),
      saved: () => this.#rules && ruled(this.#rules),
    });
  }

  override render() {
    const rules = this.#rules;
    const unread = this.#read.error;
    return html`<form novalidate @submit=${(event: Event) => event.preventDefault()}>
      ${rules ? this.#fields(rules) : unread ? nothing : html`<p class="caption" role="status">${msg('Loading …')}</p>`}
      ${unread ? html`<cn-error-note .error=${unread} @cn-retry=${() => this.#read.retry()}></cn-error-note>` : nothing}
      ${this.#conflictNote()}
      ${this.error ? html`<cn-error-note .error=${this.error}></cn-error-note>` : nothing}
      <p class="caption" role="status">${this.saved ? msg('These rules are in force.') : ''}</p>
    </form>`;
  }

  #fields({ keepAuditDays, keepDeliveriesDays }: ServerRetention) {
    return html`<p class="caption about">
        ${msg('Left empty, the audit trail is kept for good, and what became of messages for 30 days. What is older goes at once.')}
      </p>
      <div class="line">
        <label class="entry"
          ><span>${msg('Days of the audit trail')}</span
          ><input class="field" name="audit" type="number" min="30" .value=${String(keepAuditDays ?? '')}
        /></label>
        <label class="entry"
          ><span>${msg('Days of deliveries')}</span
          ><input class="field" name="deliveries" type="number" min="5" .value=${String(keepDeliveriesDays)}
        /></label>
      </div>
      <div class="actions">
        <cn-confirm-button label=${msg('Set it, and remove that')} @cn-confirm=${this.#save}></cn-confirm-button>
      </div>`;
  }

  #conflictNote() {
    if (this.conflict === undefined) return nothing;
    const { theirs, mine } = this.conflict;
    return html`<cn-conflict-note
      name=${msg('Retention')}
      .theirs=${theirs}
      .mine=${mine}
      @cn-take-theirs=${() => {
        this.newer = theirs;
        this.conflict = undefined;
      }}
      @cn-keep-mine=${() => this.#set(mine, theirs)}
    ></cn-conflict-note>`;
  }

  readonly #save = () => {
    const rules = this.#rules;
    if (rules) void this.#set(this.#typed(), rules);
  };

  #typed(): Typed {
    const typedValue = (name: string) => {
      const text = this.renderRoot.querySelector<HTMLInputElement>(`[name=${name}]`)?.value ?? '';
      return text === '' ? null : Number(text);
    };
    return { keepAuditDays: typedValue('audit'), keepDeliveriesDays: typedValue('deliveries') };
  }

  #set(mine: Typed, known: ServerRetention): Promise<void> {
    const set = async () => {
      try {
        const inForce = await setServerRetention(mine, known);
        this.saved = true;
        return inForce;
      } catch (error) {
        if (!isConflict(asApiError(error))) throw error;
        this.conflict = { theirs: await readServerRetention(), mine };
        return known;
      }
    };
    return this.#once(() => this.#with(set));
  }

  async #with(ask: () => Promise<ServerRetention>): Promise<void> {
    this.error = undefined;
    this.conflict = undefined;
    this.saved = false;
    try {
      this.newer = await ask();
    } catch (error) {
      this.error = asApiError(error);
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-server-retention-form': ServerRetentionForm;
  }
}
