/**
 * What is typed into a form about one kept thing: begun with it once, saved where nobody was faster, and not lost
 * without a question. The host fires `cn-saved` with its name, and `cn-cancel`.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { type ApiError, asApiError } from '../api/client.ts';
import { isConflict } from '../api/knowing.ts';
import { UnsavedInput } from './unsaved-input.ts';

export interface KeptDraftOptions<Kept, Typed> {
  /** What the form is about, asked once; undefined for a new one. */
  kept: () => Kept | undefined;
  /** What stands in the form of a new one. */
  fresh: () => Typed;
  typedOf: (kept: Kept) => Typed;
  /** What would be saved, to show beside what somebody else has saved. */
  mine: (typed: Typed, known: Kept | undefined) => object;
  /** Saves it where it is still as it was known, and gives its name. @throws ApiError */
  save: (typed: Typed, known: Kept | undefined) => Promise<string>;
  /** It as it is now; undefined where it was deleted. @throws ApiError */
  reread: (typed: Typed) => Promise<Kept | undefined>;
}

export class KeptDraft<Kept extends object, Typed extends { name: string }>
  implements ReactiveController
{
  error: ApiError | undefined;
  isSaving = false;
  /** What somebody else has saved meanwhile; without `theirs` it was deleted. */
  conflict: { theirs: Kept | undefined } | undefined;

  readonly #host: ReactiveControllerHost & EventTarget;
  readonly #options: KeptDraftOptions<Kept, Typed>;
  /** It as it was when the form was opened. */
  #known: Kept | undefined;
  #typed: Typed | undefined;
  /** What stood in the form then. */
  #begun: Typed | undefined;

  constructor(host: ReactiveControllerHost & EventTarget, options: KeptDraftOptions<Kept, Typed>) {
    this.#host = host;
    this.#options = options;
    host.addController(this);
    new UnsavedInput(host, { typed: () => this.#typed, saved: () => this.#begun });
  }

  hostUpdate(): void {
    if (this.#typed === undefined) this.#begin(this.#options.kept());
  }

  get typed(): Typed {
    return this.#typed ?? this.#options.fresh();
  }

  get mine(): object {
    return this.#options.mine(this.typed, this.#known);
  }

  set(part: Partial<Typed>): void {
    this.#typed = { ...this.typed, ...part };
    this.error = undefined;
    this.#host.requestUpdate();
  }

  /** For a form's `submit`, and whatever else asks for it. */
  readonly save = async (event?: Event): Promise<void> => {
    event?.preventDefault();
    if (this.isSaving) return;
    this.isSaving = true;
    this.error = undefined;
    this.conflict = undefined;
    this.#host.requestUpdate();
    try {
      await this.#send();
    } catch (error) {
      this.error = asApiError(error);
    } finally {
      this.isSaving = false;
      this.#host.requestUpdate();
    }
  };

  readonly cancel = (): void => this.#fire('cn-cancel', '');

  readonly takeTheirs = (): void => {
    const theirs = this.conflict?.theirs;
    this.conflict = undefined;
    if (theirs === undefined) this.cancel();
    else this.#begin(theirs);
    this.#host.requestUpdate();
  };

  readonly keepMine = (): void => {
    this.#known = this.conflict?.theirs;
    void this.save();
  };

  #begin(kept: Kept | undefined): void {
    this.#known = kept;
    this.#begun = kept === undefined ? this.#options.fresh() : this.#options.typedOf(kept);
    this.#typed = this.#begun;
  }

  async #send(): Promise<void> {
    try {
      this.#fire('cn-saved', await this.#options.save(this.typed, this.#known));
    } catch (error) {
      const isOther = isConflict(asApiError(error)) && this.#options.kept() !== undefined;
      if (!isOther) throw error;
      this.conflict = { theirs: await this.#options.reread(this.typed) };
    }
  }

  #fire(type: 'cn-saved' | 'cn-cancel', detail: string): void {
    this.#host.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
