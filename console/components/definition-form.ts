/** Makes or changes a definition: a label, campaign, goal, funnel, page group or annotation. Fires `cn-saved` and `cn-cancel`. */
import { msg } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Definition } from '../../core/contract/definition.ts';
import type { SavedQueryUse } from '../../core/contract/saved-query.ts';
import { readDefinitions, saveDefinition } from '../api/definitions.ts';
import { KeptDraft } from '../controllers/kept-draft.ts';
import { controlStyles } from '../styles/controls.ts';
import { fieldsetStyles } from '../styles/fieldset.ts';
import { textStyles } from '../styles/text.ts';
import { checkEntry, options, selectEntry } from './form-entry.ts';
import './condition-box.ts';
import {
  type DefinitionDraft,
  type DraftKind,
  definitionOf,
  draftOf,
  emptyDraft,
  utmFields,
} from './definition-draft.ts';
import { kindWords } from './definition-words.ts';
import { draftFoot } from './draft-foot.ts';
import './funnel-stages.ts';
import './saved-query-field.ts';
import { labelStyles, labelToken } from './label-name.ts';

const colours = [1, 2, 3, 4, 5, 6, 7, 8];
const semanticsTexts = {
  ordered: msg('In this order, none left out'),
  progression: msg('Stages may be skipped'),
};
const byTexts = { utm: msg('Tags of the address (utm)'), condition: msg('A condition') };
const meansTexts = {
  condition: msg('With a condition'),
  query: msg('That a saved query names'),
};
/** What a report fills in. */
const givenToLabels = ['from', 'to', 'robots'];
const combineTexts = { and: msg('of both'), or: msg('of one of them') };

type TextField = 'name' | 'revenueEvent' | 'revenueProperty' | 'text';

@customElement('cn-definition-form')
export class DefinitionForm extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    fieldsetStyles,
    labelStyles,
    css`
      cn-condition-box {
        margin-bottom: var(--space-3);
      }
      .colours {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-1) var(--space-3);
      }
      .line > .check {
        align-self: end;
      }
      fieldset {
        margin-bottom: var(--space-3);
      }
      .colours .patch {
        width: 0.75rem;
        height: 0.75rem;
      }
    `,
  ];

  @property() slug = '';
  @property() kind: DraftKind = 'label';
  /** Names of the other labels, one of which can be the parent. */
  @property({ attribute: false }) others: readonly string[] = [];
  /** The definition that is changed; undefined for a new one. Looked at once: a list that is read again changes no form. */
  @property({ attribute: false }) kept: Definition | undefined;

  readonly #draft = new KeptDraft<Definition, DefinitionDraft>(this, {
    kept: () => this.kept,
    fresh: () => emptyDraft,
    typedOf: draftOf,
    mine: (typed) => definitionOf(this.kind, typed),
    save: async (typed, known) => {
      const definition = definitionOf(this.kind, typed);
      await saveDefinition(this.slug, this.kind, definition, { known });
      return typed.name.trim();
    },
    reread: async (typed) => {
      const wanted = typed.name.trim().toLowerCase();
      const all: Definition[] = await readDefinitions(this.slug, this.kind);
      return all.find(({ name }) => name.toLowerCase() === wanted);
    },
  });

  override render() {
    return html`<form novalidate @submit=${this.#draft.save}>
      <div class="line">${this.#text('name', msg('Name'), 80, this.kept !== undefined)}</div>
      ${this.#fields()}
      ${draftFoot(this.#draft, { save: kindWords[this.kind].save, place: 'actions' })}
    </form>`;
  }

  #fields() {
    switch (this.kind) {
      case 'label':
        return html`<div class="line">${this.#select('means', msg('Means sessions'), meansTexts)}</div>
          ${this.#draft.typed.means === 'query' ? this.#query() : this.#condition()}${this.#labelFields()}`;
      case 'campaign':
        return html`<div class="line">${this.#select('by', msg('Known by'), byTexts)}</div>
          ${this.#draft.typed.by === 'utm' ? this.#utm() : this.#condition()}`;
      case 'goal':
        return html`${this.#condition()}
          <div class="line">
            ${this.#text('revenueEvent', msg('Worth: event (optional)'), 200)}
            ${this.#text('revenueProperty', msg('Its property with the amount; empty: what it records'), 200)}
          </div>`;
      case 'funnel':
        return html`<div class="line">${this.#select('semantics', msg('Sessions go through'), semanticsTexts)}</div>
          <cn-funnel-stages
            slug=${this.slug}
            .stages=${this.#draft.typed.stages}
            @cn-stages=${(event: CustomEvent<DefinitionDraft['stages']>) => this.#draft.set({ stages: event.detail })}
          ></cn-funnel-stages>`;
      case 'page_group':
        return this.#condition();
      case 'annotation':
        return html`<div class="line">
            ${this.#day('day', msg('Day'))} ${this.#day('lastDay', msg('Last day (optional)'))}
          </div>
          <div class="line">${this.#text('text', msg('More about it (optional)'), 1000)}</div>`;
    }
  }

  #condition() {
    const { head, example } = kindWords[this.kind];
    return html`<cn-condition-box
      slug=${this.slug}
      label=${this.kind === 'campaign' ? msg('Sessions with') : head}
      placeholder=${example}
      multiline
      .value=${this.#draft.typed.condition}
      @cn-condition=${(event: CustomEvent<string>) => this.#draft.set({ condition: event.detail })}
      @cn-submit=${this.#draft.save}
    ></cn-condition-box>`;
  }

  #query() {
    return html`<cn-saved-query-field
        slug=${this.slug}
        .use=${this.#draft.typed.savedQuery}
        .given=${givenToLabels}
        @cn-query=${(event: CustomEvent<SavedQueryUse>) => this.#draft.set({ savedQuery: event.detail })}
      ></cn-saved-query-field>
      <p class="caption">
        ${msg('The sessions whose id stands in its column session_id; those that go on still are not among them. $from, $to and $robots get what a report asks for.')}
      </p>`;
  }

  #labelFields() {
    const { colour, inverse, parent } = this.#draft.typed;
    return html`<fieldset>
        <legend>${msg('Colour')}</legend>
        <div class="colours">
          ${colours.map(
            (one) => html`<label class="check"
              ><input type="radio" name="colour" .checked=${one === colour} @change=${() => this.#draft.set({ colour: one })} /><span
                ><span class="patch" style="background: ${labelToken(one)}"></span>${one}</span
              ></label
            >`,
          )}
        </div>
      </fieldset>
      <div class="line">
        ${checkEntry(msg('The sessions that do not meet it'), inverse, (on) => this.#draft.set({ inverse: on }))}
        ${
          this.others.length === 0
            ? nothing
            : html`<label class="entry"
                  ><span>${msg('Joined with the label (optional)')}</span
                  ><select class="field" @change=${(event: Event) => this.#draft.set({ parent: typedIn(event) })}>
                    ${options({ '': msg('none'), ...Object.fromEntries(this.others.map((name) => [name, name])) }, parent)}
                  </select></label
                >
                ${parent === '' ? nothing : this.#select('combine', msg('Takes sessions'), combineTexts)}`
        }
      </div>`;
  }

  #utm() {
    const { utm } = this.#draft.typed;
    return html`<div class="line">
      ${utmFields.map(
        (field) => html`<label class="entry"
          ><span>${`utm_${field}`}</span
          ><input
            class="field"
            maxlength="255"
            autocomplete="off"
            spellcheck="false"
            .value=${utm[field]}
            @input=${(event: Event) => this.#draft.set({ utm: { ...utm, [field]: typedIn(event) } })}
        /></label>`,
      )}
    </div>`;
  }

  #text(field: TextField, label: string, lengthMax: number, fixed = false) {
    return html`<label class="entry wide"
      ><span>${label}</span
      ><input
        class="field"
        maxlength=${lengthMax}
        autocomplete="off"
        ?readonly=${fixed}
        .value=${this.#draft.typed[field]}
        @input=${(event: Event) => this.#draft.set({ [field]: typedIn(event) })}
    /></label>`;
  }

  #day(field: 'day' | 'lastDay', label: string) {
    return html`<label class="entry"
      ><span>${label}</span
      ><input class="field" type="date" .value=${this.#draft.typed[field]} min=${field === 'lastDay' && this.#draft.typed.day !== '' ? this.#draft.typed.day : nothing} @input=${(event: Event) => this.#draft.set({ [field]: typedIn(event) })}
    /></label>`;
  }

  #select(
    field: 'by' | 'means' | 'semantics' | 'combine',
    label: string,
    texts: Record<string, string>,
  ) {
    const change = (value: string) => this.#draft.set({ [field]: value });
    return selectEntry({ label, value: this.#draft.typed[field], texts, change });
  }
}

const typedIn = (event: Event) => (event.target as HTMLInputElement).value;

declare global {
  interface HTMLElementTagNameMap {
    'cn-definition-form': DefinitionForm;
  }
}
