/** What reports speak of: labels, campaigns, goals, funnels, page groups, annotations; one of them in its form, by the address. */
import { msg, str } from '@lit/localize';
import { html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import type { Dataset } from '../../core/contract/dataset.ts';
import type { Definition, DefinitionOf } from '../../core/contract/definition.ts';
import { type ApiError, asApiError } from '../api/client.ts';
import { deleteDefinition, readDefinitions, saveDefinition } from '../api/definitions.ts';
import '../components/cost-upload.ts';
import { type DraftKind, draftKinds } from '../components/definition-draft.ts';
import '../components/definition-form.ts';
import { describeDefinition, kindWords } from '../components/definition-words.ts';
import { deleteButton, deleteStyles } from '../components/delete-button.ts';
import '../components/empty-state.ts';
import '../components/error-note.ts';
import { labelStyles, labelToken } from '../components/label-name.ts';
import { offerUndo } from '../components/undo-note.ts';
import { oneAtATime } from '../controllers/one-at-a-time.ts';
import { QueryController } from '../controllers/query-controller.ts';
import { type UrlCodec, UrlStateController } from '../controllers/url-state-controller.ts';
import { controlStyles } from '../styles/controls.ts';
import { definitionsPageStyles } from '../styles/definitions-page.ts';
import { pageStyles } from '../styles/page.ts';
import { tableStyles } from '../styles/tables.ts';
import { tabStyles } from '../styles/tabs.ts';
import { textStyles } from '../styles/text.ts';

interface View {
  kind: DraftKind;
  /** The definition in its form; empty for a new one, undefined for the list. */
  name: string | undefined;
}

const viewCodec: UrlCodec<View> = {
  decode: (params) => ({
    kind: draftKinds.find((kind) => kind === params.get('kind')) ?? 'label',
    name: params.get('name') ?? undefined,
  }),
  encode: ({ kind, name }) =>
    new URLSearchParams({
      ...(kind === 'label' ? {} : { kind }),
      ...(name === undefined ? {} : { name }),
    }),
};

@customElement('cn-definitions-page')
export class DefinitionsPage extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    pageStyles,
    tabStyles,
    tableStyles,
    labelStyles,
    deleteStyles,
    definitionsPageStyles,
  ];

  @property({ attribute: false }) open: Dataset | undefined;
  @state() private failed: ApiError | undefined;
  @state() private said = '';
  readonly #once = oneAtATime(this);

  readonly #view = new UrlStateController<View>(this, viewCodec);
  readonly #list = new QueryController<{ slug: string; kind: DraftKind }, Definition[]>(this, {
    key: () => this.open && { slug: this.open.slug, kind: this.#view.value.kind },
    subject: ({ slug, kind }) => `${slug} ${kind}`,
    fetch: ({ slug, kind }, signal) => readDefinitions(slug, kind, signal),
  });

  override render() {
    const { open } = this;
    if (open === undefined) return nothing;
    const { kind, name } = this.#view.value;
    const { value, error } = this.#list;
    const words = kindWords[kind];
    return html`<header class="page-head">
        <h1>${msg('Definitions')}</h1>
        ${name === undefined ? html`<a class="button first" href=${this.#href({ kind, name: '' })}>${words.fresh}</a>` : html`<a href=${this.#href({ kind, name: undefined })}>${words.all}</a>`}
      </header>
      <nav class="tabs" aria-label=${msg('Kinds of definitions')}>
        ${draftKinds.map(
          (one) =>
            html`<a href=${this.#href({ kind: one, name: undefined })} aria-current=${one === kind ? 'page' : nothing}>${kindWords[one].many}</a>`,
        )}
      </nav>
      ${error ? html`<cn-error-note .error=${error} @cn-retry=${() => this.#list.retry()}></cn-error-note>` : nothing}
      ${this.failed ? html`<cn-error-note .error=${this.failed}></cn-error-note>` : nothing}
      <p class="said" role="status">${this.said}</p>
      ${
        value === undefined
          ? error
            ? nothing
            : html`<p class="caption" role="status">${msg('Loading …')}</p>`
          : name === undefined
            ? this.#all(open, kind, value)
            : this.#form(open, kind, value, name)
      }`;
  }

  #href(view: View): string {
    return `${location.pathname}?${viewCodec.encode(view)}`;
  }

  #form({ slug }: Dataset, kind: DraftKind, all: readonly Definition[], name: string) {
    const kept = all.find((one) => one.name === name);
    if (name !== '' && kept === undefined) {
      return html`<cn-empty-state heading=${kindWords[kind].missing(name)} text=${msg('It may have been deleted meanwhile.')}>
        <a class="button" href=${this.#href({ kind, name: undefined })}>${kindWords[kind].all}</a>
      </cn-empty-state>`;
    }
    return html`<section>
      <h2>${name === '' ? kindWords[kind].fresh : name}</h2>
      ${keyed(
        `${slug} ${kind} ${name}`,
        html`<cn-definition-form
          slug=${slug}
          kind=${kind}
          .kept=${kept}
          .others=${all.map((one) => one.name).filter((one) => one !== name)}
          @cn-cancel=${() => this.#view.set({ kind, name: undefined })}
          @cn-saved=${(event: CustomEvent<string>) => this.#saved(kind, event.detail)}
        ></cn-definition-form>`,
      )}
    </section>`;
  }

  #all(open: Dataset, kind: DraftKind, all: readonly Definition[]) {
    const { none, fresh, about } = kindWords[kind];
    const list =
      all.length === 0
        ? html`<cn-empty-state heading=${none} text=${about}>
            <a class="button first" href=${this.#href({ kind, name: '' })}>${fresh}</a>
          </cn-empty-state>`
        : html`<p class="caption about">${about}</p>
            ${this.#table(open, kind, all)}`;
    if (kind !== 'campaign') return list;
    return html`${list}
      <section>
        <h2>${msg('Costs')}</h2>
        <p class="caption">
          ${msg('What campaigns cost by day, from the CSV export of where they are booked. The campaigns report sets it against what they brought.')}
        </p>
        <cn-cost-upload slug=${open.slug}></cn-cost-upload>
      </section>`;
  }

  #table({ slug }: Dataset, kind: DraftKind, all: readonly Definition[]) {
    const { head, many, ordered } = kindWords[kind];
    return html`<table>
      <caption class="only-read">${many}</caption>
      <thead>
        <tr>
          <th scope="col" class="name">${msg('Name')}</th>
          <th scope="col">${head}</th>
          <th scope="col" class="acts"><span class="only-read">${msg('Actions')}</span></th>
        </tr>
      </thead>
      <tbody>
        ${all.map((one, index) => {
          const { name } = one;
          return html`<tr>
            <td>
              ${kind === 'label' ? html`<span class="patch" style="background: ${labelToken((one as DefinitionOf['label']).colour)}"></span>` : nothing}<a href=${this.#href({ kind, name })}><bdi>${name}</bdi></a>
            </td>
            <td class="holds">${kind === 'annotation' ? describeDefinition(kind, one) : html`<code>${describeDefinition(kind, one)}</code>`}</td>
            <td class="acts">
              ${ordered ? this.#mover(slug, kind, one, index, all.length) : nothing}
              ${deleteButton(name, () => this.#delete(slug, kind, one, index + 1))}
            </td>
          </tr>`;
        })}
      </tbody>
    </table>`;
  }

  /** The first that fits counts, so their order is part of what they say. */
  #mover(slug: string, kind: DraftKind, one: Definition, index: number, count: number) {
    const move = (by: number) =>
      this.#do(
        () => saveDefinition(slug, kind, one, { known: one, position: index + 1 + by }),
        msg(str`"${one.name}" is number ${index + 1 + by} now.`),
      );
    return html`<button class="button plain icon" type="button" aria-label=${msg(str`Move ${one.name} up`)} ?disabled=${index === 0} @click=${() => move(-1)}>
        <wa-icon name="arrow-up"></wa-icon></button
      ><button class="button plain icon" type="button" aria-label=${msg(str`Move ${one.name} down`)} ?disabled=${index === count - 1} @click=${() => move(1)}>
        <wa-icon name="arrow-down"></wa-icon>
      </button>`;
  }

  #delete(slug: string, kind: DraftKind, one: Definition, position: number) {
    return this.#do(async () => {
      await deleteDefinition(slug, kind, one.name);
      offerUndo({
        said: msg(str`"${one.name}" is deleted.`),
        undo: async () => {
          await saveDefinition(slug, kind, one, { known: undefined, position });
          this.#list.retry();
        },
      });
    }, '');
  }

  #saved(kind: DraftKind, name: string) {
    this.said = msg(str`"${name}" is saved. Reports know it from now on.`);
    this.#list.retry();
    this.#view.set({ kind, name: undefined });
  }

  #do(act: () => Promise<unknown>, said: string): Promise<void> {
    return this.#once(async () => {
      this.failed = undefined;
      this.said = '';
      try {
        await act();
        this.said = said;
        // Until it is read again, what was deleted could be pressed once more.
        await this.#list.retry();
      } catch (error) {
        this.failed = asApiError(error);
      }
    });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-definitions-page': DefinitionsPage;
  }
}
