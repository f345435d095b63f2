/** `/users`: who may look, with which roles; inviting, changing, keeping out. */

import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { OneTimeLink, User } from '../../core/contract/access.ts';
import { everything, type Grant, type Role, roles } from '../../core/contract/rights.ts';
import {
  deleteUser,
  inviteUser,
  listUsers,
  resetUser,
  setDisabled,
  setRoles,
} from '../api/access.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import { isConflict } from '../api/knowing.ts';
import { grantWords, roleTexts, userStateTexts } from '../components/access-words.ts';
import '../components/code-block.ts';
import '../components/empty-state.ts';
import '../components/conflict-note.ts';
import '../components/error-note.ts';
import { formatInstant } from '../components/time-format.ts';
import '../components/user-change.ts';
import { type DatasetsValue, datasetsContext } from '../context/datasets.ts';
import { oneAtATime } from '../controllers/one-at-a-time.ts';
import { QueryController } from '../controllers/query-controller.ts';
import { typedFields, UnsavedInput } from '../controllers/unsaved-input.ts';
import { controlStyles } from '../styles/controls.ts';
import { formStyles } from '../styles/form.ts';
import { pageStyles } from '../styles/page.ts';
import { tableStyles } from '../styles/tables.ts';
import { textStyles } from '../styles/text.ts';
import { emptyOnceTaken, valuesOf } from './form-values.ts';

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

interface RolesConflict {
  id: string;
  email: string;
  theirs: readonly Grant[] | undefined;
  mine: readonly Grant[];
}

@customElement('cn-users-page')
export class UsersPage extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    formStyles,
    tableStyles,
    pageStyles,
    css`
      .line {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: var(--space-2);
      }
      .line .form-field {
        margin: 0;
      }
      .grant {
        display: flex;
        align-items: center;
        gap: var(--space-1);
        white-space: nowrap;
      }
      .actions {
        text-align: end;
        white-space: nowrap;
      }
      cn-code-block {
        margin: var(--space-2) 0;
      }
    `,
  ];

  @consume({ context: datasetsContext, subscribe: true })
  @state()
  private datasets: DatasetsValue | undefined;
  @state() private error: ApiError | undefined;
  /** Roles that somebody else has set meanwhile, and those that were to be set here. */
  @state() private conflict: RolesConflict | undefined;
  /** The id of the user who is being changed. */
  @state() private changing = '';
  readonly #once = oneAtATime(this);
  @state() private made: (OneTimeLink & { email: string }) | undefined;

  readonly #users = new QueryController<string, User[]>(this, {
    key: () => 'users',
    subject: (key) => key,
    fetch: (_key, signal) => listUsers(signal),
  });

  constructor() {
    super();
    new UnsavedInput(this, { typed: () => typedFields(this.renderRoot), saved: () => undefined });
  }

  override render() {
    const error = this.error ?? this.#users.error;
    return html`<header class="page-head"><h1>${msg('Users')}</h1></header>
      ${error ? html`<cn-error-note .error=${error} @cn-retry=${() => this.#do(async () => {})}></cn-error-note>` : nothing}
      ${this.#invite()} ${this.made ? this.#link(this.made) : nothing}
      <section>
        <h2>${msg('Who may look')}</h2>
        ${this.#conflict()} ${this.#users.value ? this.#table(this.#users.value) : error ? nothing : html`<p class="caption" role="status">${msg('Loading …')}</p>`}
      </section>`;
  }

  #invite() {
    return html`<section>
      <h2>${msg('Invite somebody')}</h2>
      <form class="line" @submit=${this.#submit}>
        <div class="form-field">
          <label for="email">${msg('Mail address')}</label>
          <input id="email" name="email" class="field" type="email" autocomplete="off" required />
        </div>
        <div class="form-field">
          <label for="role">${msg('Role')}</label>
          ${this.#roleSelect('role')}
        </div>
        <div class="form-field">
          <label for="dataset">${msg('Dataset')}</label>
          ${this.#datasetSelect('dataset')}
        </div>
        <label><input type="checkbox" name="sendMail" value="yes" /> ${msg('Send the link by mail')}</label>
        <button class="button first" type="submit">${msg('Invite')}</button>
      </form>
    </section>`;
  }

  #link({ email, link, expiresAt }: OneTimeLink & { email: string }) {
    const until = formatInstant(expiresAt, zone);
    if (link === undefined)
      return html`<p role="status">${msg(str`A link for ${email} is on its way by mail. It works until ${until}.`)}</p>`;
    return html`<div role="status">
      <p>${msg(str`This link for ${email} works once, until ${until}. Hand it over; it is not shown again.`)}</p>
      <cn-code-block text=${link} copies=${msg('the link')}></cn-code-block>
    </div>`;
  }

  #roleSelect(id: string) {
    return html`<select id=${id} name="role" class="field" aria-label=${msg('Role')}>
      ${roles.map((role) => html`<option value=${role}>${roleTexts[role]}</option>`)}
    </select>`;
  }

  #datasetSelect(id: string) {
    return html`<select id=${id} name="dataset" class="field" aria-label=${msg('Dataset')}>
      ${(this.datasets?.list ?? []).map(
        // A role is offered for one dataset: whoever gives it for all of them says so.
        ({ slug, name }, at) => html`<option value=${slug} ?selected=${at === 0}>${name}</option>`,
      )}
      <option value=${everything}>${msg('all datasets')}</option>
    </select>`;
  }

  #table(users: readonly User[]) {
    if (users.length === 0) {
      const text = msg(
        'Whoever works on this machine may do everything. Open the link that the server printed to make the first administrator.',
      );
      return html`<cn-empty-state heading=${msg('There is no user yet')} text=${text}></cn-empty-state>`;
    }
    return html`<div class="scroll" tabindex="0" role="region" aria-label=${msg('Users')}>
      <table>
        <thead>
          <tr><th>${msg('User')}</th><th>${msg('State')}</th><th>${msg('Roles')}</th><th>${msg('Last sign-in')}</th><th><span class="only-read">${msg('Changes')}</span></th></tr>
        </thead>
        <tbody>
          ${repeat(
            users,
            // What is chosen in a row is for its user, wherever the row comes to stand.
            ({ id }) => id,
            (user) => this.#row(user),
          )}
        </tbody>
      </table>
    </div>`;
  }

  #row(user: User) {
    const { email, name, state, grants, secondFactor, lastSignInAt } = user;
    return html`<tr ?acting=${this.#once.isActing(user.id)}>
      <td>${this.changing === user.id ? this.#change(user) : html`${name}<br /><span class="caption">${email}</span>`}</td>
      <td>${userStateTexts[state]}${secondFactor ? html`<br /><span class="caption">${msg('second factor')}</span>` : nothing}</td>
      <td>
        ${grants.map((grant) => this.#grant(user, grant))}
        <form class="grant" @submit=${(event: Event) => this.#add(event, user)}>
          ${this.#roleSelect(`role-${user.id}`)} ${this.#datasetSelect(`dataset-${user.id}`)}
          <button class="button" type="submit" aria-label=${msg(str`Give ${email} this role`)}>${msg('Give')}</button>
        </form>
      </td>
      <td class="when">${lastSignInAt === undefined ? msg('never') : formatInstant(lastSignInAt, zone)}</td>
      <td class="actions">
        ${
          this.changing === user.id
            ? nothing
            : html`<button class="button plain" type="button" @click=${() => this.#open(user)}>
                ${msg('Change')}<span class="only-read"> ${email}</span>
              </button>`
        }
        ${state === 'disabled' ? nothing : html`<button class="button plain" type="button" @click=${() => this.#reset(user)}>${msg('New link')}<span class="only-read"> ${email}</span></button>`}
        <button
          class="button plain"
          type="button"
          @click=${() => this.#act(user, () => setDisabled(user.id, state !== 'disabled'))}
        >
          ${state === 'disabled' ? msg('Enable') : msg('Disable')}<span class="only-read"> ${email}</span>
        </button>
        <button class="button plain" type="button" @click=${() => this.#delete(user)}>${msg('Delete')}<span class="only-read"> ${email}</span></button>
      </td>
    </tr>`;
  }

  #change(user: User) {
    return html`<cn-user-change
      .kept=${user}
      @cn-saved=${() => {
        this.#open();
        void this.#do(async () => {});
      }}
      @cn-cancel=${() => this.#open()}
    ></cn-user-change>`;
  }

  /** @param user whose form is open; nobody's without one */
  #open(user?: User): void {
    this.changing = user?.id ?? '';
  }

  #grant(user: User, { role, dataset }: Grant) {
    const rest = user.grants.filter((grant) => grant.dataset !== dataset);
    const words = grantWords({ role, dataset });
    return html`<div class="grant">
      ${words}
      <button
        class="button plain"
        type="button"
        aria-label=${msg(str`Take away ${words} from ${user.email}`)}
        @click=${() => this.#setRoles(user, rest, user.grants)}
      >
        ${msg('Take away')}
      </button>
    </div>`;
  }

  #add(event: Event, user: User) {
    const given = valuesOf(event, 'role', 'dataset');
    const rest = user.grants.filter(({ dataset }) => dataset !== given.dataset);
    const grant = { role: given.role as Role, dataset: given.dataset };
    void this.#setRoles(user, [...rest, grant], user.grants);
  }

  #setRoles({ id, email }: Pick<User, 'id' | 'email'>, mine: Grant[], known: readonly Grant[]) {
    const set = async () => {
      try {
        await setRoles(id, mine, known);
      } catch (error) {
        if (!isConflict(asApiError(error))) throw error;
        const theirs = (await listUsers()).find((user) => user.id === id)?.grants;
        this.conflict = { id, email, theirs, mine };
      }
    };
    return this.#act({ id }, set);
  }

  #conflict() {
    const { conflict } = this;
    if (conflict === undefined) return nothing;
    const { theirs, mine, ...user } = conflict;
    const shown = (grants: readonly Grant[]) => ({ [msg('Roles')]: grants.map(grantWords) });
    return html`<cn-conflict-note
      name=${user.email}
      .theirs=${theirs && shown(theirs)}
      .mine=${shown(mine)}
      @cn-take-theirs=${() => this.#do(async () => {})}
      @cn-keep-mine=${() => (theirs === undefined ? this.#do(async () => {}) : this.#setRoles(user, [...mine], theirs))}
    ></cn-conflict-note>`;
  }

  #submit(event: Event) {
    const empty = emptyOnceTaken(event.currentTarget as HTMLFormElement);
    const { email, role, dataset, sendMail } = valuesOf(
      event,
      'email',
      'role',
      'dataset',
      'sendMail',
    );
    const grants = [{ role: role as Role, dataset }];
    void this.#once(() =>
      this.#do(async () => {
        const made = await inviteUser({ email, grants, sendMail: sendMail === 'yes' });
        this.made = { ...made, email };
        empty();
      }),
    );
  }

  #reset({ id, email }: User) {
    void this.#act({ id }, async () => {
      this.made = { ...(await resetUser(id)), email };
    });
  }

  #delete({ id, email }: User) {
    if (!confirm(msg(str`Delete the user ${email}? What ${email} did stays in the audit trail.`)))
      return;
    void this.#act({ id }, () => deleteUser(id));
  }

  /** What is done to one user keeps nobody from doing something to another one meanwhile. */
  #act({ id }: Pick<User, 'id'>, work: () => Promise<unknown>): Promise<void> {
    return this.#once(() => this.#do(work), id);
  }

  async #do(work: () => Promise<unknown>): Promise<void> {
    this.error = undefined;
    this.conflict = undefined;
    try {
      await work();
      await this.#users.retry();
    } catch (error) {
      this.error = asApiError(error);
    }
  }
}
