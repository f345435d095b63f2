/** The form of a source of logs. It asks for what its locations need. Fires `cn-saved` with its name, and `cn-cancel`. */
import { msg } from '@lit/localize';
import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Dataset } from '../../core/contract/dataset.ts';
import { logFormats } from '../../core/contract/import.ts';
import type { Source, SourceStatus } from '../../core/contract/source.ts';
import { listSources, saveSource } from '../api/sources.ts';
import { KeptDraft } from '../controllers/kept-draft.ts';
import {
  draftOfSource,
  inputOfSource,
  kindsOf,
  type LineKind,
  lineKinds,
  newSourceDraft,
  type SourceDraft,
} from '../pages/source-draft.ts';
import { controlStyles } from '../styles/controls.ts';
import { formStyles } from '../styles/form.ts';
import { longFormStyles } from '../styles/long-form.ts';
import { textStyles } from '../styles/text.ts';
import { draftFoot } from './draft-foot.ts';
import { selectField, textArea, textField } from './form-field.ts';

const timeZones = Intl.supportedValuesOf('timeZone');
const readerZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

@customElement('cn-source-form')
export class SourceForm extends LitElement {
  static override styles = [textStyles, controlStyles, formStyles, longFormStyles];

  @property({ attribute: false }) datasets: readonly Dataset[] = [];
  /** The one to change; without it a new one is made. */
  @property({ attribute: false }) status: SourceStatus | undefined;

  readonly #draft = new KeptDraft<Source, SourceDraft>(this, {
    kept: () => this.status?.source,
    fresh: () => newSourceDraft(readerZone, this.datasets[0]?.slug ?? ''),
    typedOf: draftOfSource,
    mine: (typed, known) => inputOfSource(typed, known).source,
    save: async (typed, known) => {
      const { source } = await saveSource(inputOfSource(typed, known), known);
      return source.name;
    },
    reread: async () => {
      const name = this.status?.source.name;
      return (await listSources()).find(({ source }) => source.name === name)?.source;
    },
  });

  override render() {
    const { typed: draft, save } = this.#draft;
    const isNew = this.status === undefined;
    const datasets = this.datasets.map(({ slug, name }) => [slug, name] as const);
    return html`<form novalidate @submit=${save}>
      ${textField({ ...this.#of('name'), label: msg('Name'), hint: msg('It stands in lists and in alarms.'), isFixed: !isNew })}
      ${
        isNew
          ? selectField({
              ...this.#of('dataset'),
              label: msg('Dataset'),
              hint: msg('It takes the hits.'),
              options: datasets,
            })
          : textField({
              ...this.#of('dataset'),
              label: msg('Dataset'),
              hint: msg('What it has taken is there: it stays.'),
              isFixed: true,
            })
      }
      ${textArea({
        ...this.#of('locations'),
        label: msg('Where the logs are'),
        hint: msg(
          'A path of this machine or an address a line: /var/log/nginx/access.log*, https://…, sftp://…, ftps://…, s3://…. The last part may hold *: name rotated files too, no line is counted twice.',
        ),
        rows: 3,
      })}
      ${this.#access(draft)}
      <div class="row">
        ${selectField({
          ...this.#of('schedule'),
          label: msg('When'),
          options: [
            ['*/5 * * * *', msg('Every 5 minutes')],
            ['0 * * * *', msg('Every hour')],
            ['15 2 * * *', msg('Every night at 02:15')],
            ['cron', msg('By cron')],
          ],
        })}
        ${draft.schedule === 'cron' ? textField({ ...this.#of('cron'), label: msg('Cron'), hint: msg('Minute, hour, day, month, weekday.') }) : nothing}
        ${textField({ ...this.#of('timeZone'), label: msg('Time zone'), hint: msg('By whose clock.'), list: 'zones' })}
      </div>
      <div class="row">
        ${textField({ ...this.#of('format'), label: msg('Format'), hint: msg('A name, or the format string of the server; auto looks at the first lines.'), list: 'formats' })}
        ${textField({ ...this.#of('lateMinutes'), label: msg('Minutes late'), hint: msg('So much later a line may come: sessions at the end of a log stay open so long.'), type: 'number' })}
      </div>
      <fieldset>
        <legend>${msg('Lines that are taken')}</legend>
        <div class="choices">${lineKinds.map((kind) => this.#choice(kind, draft))}</div>
      </fieldset>
      ${draftFoot(this.#draft)}
      <datalist id="zones">${timeZones.map((zone) => html`<option value=${zone}></option>`)}</datalist>
      <datalist id="formats">${['auto', ...logFormats].map((format) => html`<option value=${format}></option>`)}</datalist>
    </form>`;
  }

  /** Who signs in where, as far as the locations need it. */
  #access(draft: SourceDraft) {
    const kinds = kindsOf(draft);
    const isS3 = kinds.has('s3');
    if (!isS3 && !kinds.has('sftp') && !kinds.has('ftp') && !kinds.has('http')) return nothing;
    const kept = this.status?.state.secrets ?? [];
    const keptHint = msg('One is kept, sealed. Leave this empty to keep it.');
    const hintOf = (secret: 'password' | 'privateKey', otherwise: string) =>
      kept.includes(secret) ? keptHint : otherwise;
    return html`<div class="row">
        ${textField({ ...this.#of('user'), label: isS3 ? msg('Access key id') : msg('User'), hint: msg('Where it asks for one.') })}
        ${textField({ ...this.#of('password'), label: isS3 ? msg('Secret access key') : msg('Password'), hint: hintOf('password', msg('It is kept sealed and never shown.')), type: 'password' })}
      </div>
      ${
        kinds.has('sftp')
          ? html`${textArea({ ...this.#of('privateKey'), label: msg('Private key'), hint: hintOf('privateKey', msg('Instead of a password; it is kept sealed and never shown.')) })}
            ${textArea({ ...this.#of('hostKeys'), label: msg('Host keys'), hint: msg('SHA256:… of the keys that the server may show, one a line (ssh-keyscan HOST | ssh-keygen -lf -). No other server is talked to.') })}`
          : kinds.has('ftp')
            ? textArea({
                ...this.#of('hostKeys'),
                label: msg('Host keys'),
                hint: msg(
                  'For ftps: SHA256:… of a certificate that nobody vouches for, one a line. A run that meets one says which it is.',
                ),
              })
            : nothing
      }
      ${
        isS3
          ? html`<div class="row">
              ${textField({ ...this.#of('region'), label: msg('Region'), hint: msg('Such as eu-central-1.') })}
              ${textField({ ...this.#of('endpoint'), label: msg('Endpoint'), hint: msg('For what is not of AWS.') })}
            </div>`
          : nothing
      }`;
  }

  #choice(kind: LineKind, { taken }: SourceDraft) {
    const words = {
      robots: msg('Of robots'),
      staticFiles: msg('Of images, styles, scripts'),
      errors: msg('Of errors (400 and above)'),
      redirects: msg('Of redirects'),
    };
    const change = (event: Event) => {
      const isOn = (event.target as HTMLInputElement).checked;
      this.#draft.set({
        taken: lineKinds.filter((one) => (one === kind ? isOn : taken.includes(one))),
      });
    };
    return html`<label><input type="checkbox" .checked=${taken.includes(kind)} @change=${change} />${words[kind]}</label>`;
  }

  #of(id: Exclude<keyof SourceDraft, 'taken'>) {
    const change = (value: string) => this.#draft.set({ [id]: value });
    return { id, value: this.#draft.typed[id], change };
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'cn-source-form': SourceForm;
  }
}
