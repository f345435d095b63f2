/** The end of a form about one kept thing: what was refused, what somebody else has saved, and the two buttons. */
import { msg } from '@lit/localize';
import { html, nothing } from 'lit';
import type { KeptDraft } from '../controllers/kept-draft.ts';
import './conflict-note.ts';
import './error-note.ts';

/**
 * @param save the words of the button that saves
 * @param place the class that lays out the buttons
 */
export function draftFoot(
  draft: Pick<
    KeptDraft<object, { name: string }>,
    | 'typed'
    | 'mine'
    | 'error'
    | 'isSaving'
    | 'conflict'
    | 'save'
    | 'cancel'
    | 'takeTheirs'
    | 'keepMine'
  >,
  { save = msg('Save'), place = 'form-actions' }: { save?: string; place?: string } = {},
) {
  const { error, conflict, isSaving } = draft;
  return html`${error ? html`<cn-error-note .error=${error} @cn-retry=${draft.save}></cn-error-note>` : nothing}
    ${
      conflict === undefined
        ? nothing
        : html`<cn-conflict-note
            name=${draft.typed.name}
            .theirs=${conflict.theirs}
            .mine=${draft.mine}
            @cn-take-theirs=${draft.takeTheirs}
            @cn-keep-mine=${draft.keepMine}
          ></cn-conflict-note>`
    }
    <div class=${place}>
      <button class="button first" type="submit" ?disabled=${isSaving}>${isSaving ? msg('Saving …') : save}</button>
      <button class="button plain" type="button" @click=${draft.cancel}>${msg('Cancel')}</button>
    </div>`;
}
