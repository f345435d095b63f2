/** The stages of a funnel in their order: each a page group by its name, or the hits that meet a condition. Fires `cn-stages`. */
import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { type DefinitionChoice, listDefinitions } from '../api/reports.ts';
import { QueryController } from '../controllers/query-controller.ts';
import { controlStyles } from '../styles/controls.ts';
import { fieldsetStyles } from '../styles/fieldset.ts';
import { textStyles } from '../styles/text.ts';
import './condition-box.ts';
import type { StageDraft } from './definition-draft.ts';

const stagesMin = 2;
const stagesMax = 20;

@customElement('cn-funnel-stages')
export class FunnelStages extends LitElement {
  static override styles = [
    textStyles,
    controlStyles,
    fieldsetStyles,
    css`
      ol {
        display: grid;
        gap: var(--space-2);
        margin: 0 0 var(--space-2);
        padding: 0;
        list-style: none;
      }
      li {
        display: grid;
        grid-template-columns: 12rem minmax(0, 1fr) auto;
        gap: var(--space-3);
        align-items: start;
      }
      .entry {
        font-size: var(--text-dense);
      }
      li > .button {
        margin-top: 1.5rem;
      }
      .caption {
        margin-bottom: var(--space-3);
      }
      @media (max-width: 48rem) {
        li {
          grid-template-columns: minmax(0, 1fr) auto;
          padding-bottom: var(--space-3);
          border-bottom: 1px solid var(--line);
        }
        cn-condition-box {
          grid-column: 1 / -1;
          grid-row: 2;
        }
      }
    `,
  ];

  @property() slug = '';
  @property({ attribute: false }) stages: readonly StageDraft[] = [];

  readonly #groups = new QueryController<string, DefinitionChoice[]>(this, {
    key: () => (this.slug === '' ? undefined : this.slug),
    subject: (slug) => slug,
    fetch: (slug, signal) => listDefinitions(slug, 'page_group', signal),
  });

  override render() {
    const { stages } = this;
    return html`<p class="caption">
        ${msg('A stage without a condition is the page group of its name.')}
      </p>
      <datalist id="groups">
        ${this.#groups.value?.map(({ name }) => html`<option value=${name}></option>`)}
      </datalist>
      <ol>
        ${stages.map(
          (stage, index) => html`<li>
            <label class="entry"
              ><span>${msg(str`Name of stage ${index + 1}`)}</span
              ><input
                class="field"
                maxlength="80"
                list="groups"
                autocomplete="off"
                .value=${stage.name}
                @input=${(event: Event) => this.#change(index, { name: (event.target as HTMLInputElement).value })}
            /></label>
            <cn-condition-box
              slug=${this.slug}
              label=${msg(str`Hits of stage ${index + 1} (optional)`)}
              .value=${stage.condition}
              @cn-condition=${(event: CustomEvent<string>) => this.#change(index, { condition: event.detail })}
            ></cn-condition-box>
            ${
              stages.length <= stagesMin
                ? nothing
                : html`<button class="button plain" type="button" @click=${() => this.#fire(stages.filter((_, at) => at !== index))}>
                    ${msg(html`Remove<span class="only-read"> stage ${index + 1}</span>`)}
                  </button>`
            }
          </li>`,
        )}
      </ol>
      <button
        class="button"
        type="button"
        ?disabled=${stages.length >= stagesMax}
        @click=${() => this.#fire([...stages, { name: '', condition: '' }])}
      >
        ${msg('Add a stage')}
      </button>`;
  }

  #change(index: number, part: Partial<StageDraft>) {
    this.#fire(this.stages.map((stage, at) => (at === index ? { ...stage, ...part } : stage)));
  }

  #fire(detail: readonly StageDraft[]) {
    this.dispatchEvent(new CustomEvent('cn-stages', { detail }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-funnel-stages': FunnelStages;
  }
}
