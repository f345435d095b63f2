/** Changes a dataset's name, time zone and hosts. Fires `cn-saved` and `cn-cancel`. */
import { msg } from '@lit/localize';
import { html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Dataset, DatasetChange } from '../../core/contract/dataset.ts';
import { changeDataset, readDataset } from '../api/datasets.ts';
import { KeptDraft } from '../controllers/kept-draft.ts';
import { controlStyles } from '../styles/controls.ts';
import { formStyles } from '../styles/form.ts';
import { textStyles } from '../styles/text.ts';
import { draftFoot } from './draft-foot.ts';
import { textArea, textField } from './form-field.ts';
import { typedHosts } from './typed-hosts.ts';

interface Typed {
  name: string;
  timeZone: string;
  /** One a line. */
  hosts: string;
}

const timeZones = Intl.supportedValuesOf('timeZone');

const keptOf = ({ name, timeZone, hosts }: Dataset): DatasetChange => ({ name, timeZone, hosts });
const changeOf = ({ name, timeZone, hosts }: Typed): DatasetChange => ({
  name: name.trim(),
  timeZone: timeZone.trim(),
  hosts: typedHosts(hosts),
});

@customElement('cn-dataset-change')
export class DatasetChangeForm extends LitElement {
  static override styles = [textStyles, controlStyles, formStyles];

  /** Looked at once: a list that is read again changes no form. */
  @property({ attribute: false }) kept: Dataset | undefined;

  readonly #draft = new KeptDraft<DatasetChange, Typed>(this, {
    kept: () => this.kept && keptOf(this.kept),
    fresh: () => ({ name: '', timeZone: '', hosts: '' }),
    typedOf: ({ hosts, ...rest }) => ({ ...rest, hosts: hosts.join('\n') }),
    mine: changeOf,
    save: async (typed, known) => (await changeDataset(this.#slug, changeOf(typed), known)).name,
    reread: async () => keptOf(await readDataset(this.#slug)),
  });

  get #slug(): string {
    return this.kept?.slug ?? '';
  }

  override render() {
    const { typed, save } = this.#draft;
    return html`<form novalidate @submit=${save}>
      ${textField({
        id: 'name',
        label: msg('Name'),
        hint: msg('What you call the site.'),
        value: typed.name,
        change: (name) => this.#draft.set({ name }),
      })}
      ${textField({
        id: 'timeZone',
        label: msg('Time zone'),
        hint: msg('Reports cut their days in this zone, those of the past too.'),
        list: 'zones',
        value: typed.timeZone,
        change: (timeZone) => this.#draft.set({ timeZone }),
      })}
      <datalist id="zones">${timeZones.map((zone) => html`<option value=${zone}></option>`)}</datalist>
      ${textArea({
        id: 'hosts',
        label: msg('Hosts (optional)'),
        hint: msg(
          'Only hits of these hosts are taken, one a line, such as www.shop.example or *.shop.example. Empty takes all.',
        ),
        rows: 3,
        value: typed.hosts,
        change: (hosts) => this.#draft.set({ hosts }),
      })}
      ${draftFoot(this.#draft)}
    </form>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-dataset-change': DatasetChangeForm;
  }
}
