/** What somebody has typed into forms and not saved: whoever leads elsewhere asks here first. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';

interface UnsavedOptions {
  /** What stands in the form, as it would go through JSON; undefined while there is nothing to lose. */
  typed: () => unknown;
  /** What stood there when it was opened, or was saved last. */
  saved: () => unknown;
}

const opened = new Set<UnsavedInput>();

/** Whether anything would be lost with the page. */
export const isUnsaved = (): boolean => [...opened].some((one) => one.isUnsaved);

/** Lets go of all that is typed so far: its loss was agreed to. */
export function forgetUnsaved(): void {
  for (const one of opened) one.forget();
}

/**
 * Says for a form whether it holds what was not saved; the browser is told when it is about to be closed. A form that
 * fires `cn-saved` or `cn-cancel` has nothing to lose then.
 *
 * @example
 * readonly #unsaved = new UnsavedInput(this, {
 *   typed: () => this.draft,
 *   saved: () => draftOf(this.#known),
 * });
 */
export class UnsavedInput implements ReactiveController {
  readonly #options: UnsavedOptions;
  #forgotten: string | undefined;

  constructor(host: ReactiveControllerHost & EventTarget, options: UnsavedOptions) {
    this.#options = options;
    host.addController(this);
    // Before the page hears of it: it may go elsewhere at once.
    host.addEventListener('cn-saved', this.#done, { capture: true });
    host.addEventListener('cn-cancel', this.#done, { capture: true });
  }

  hostConnected(): void {
    opened.add(this);
    window.addEventListener('beforeunload', this.#closing);
  }

  hostDisconnected(): void {
    opened.delete(this);
    window.removeEventListener('beforeunload', this.#closing);
  }

  get isUnsaved(): boolean {
    const typed = this.#options.typed();
    if (typed === undefined) return false;
    const text = JSON.stringify(typed);
    return text !== this.#forgotten && text !== JSON.stringify(this.#options.saved());
  }

  /** What stands there now is not missed; what is typed from now on is. */
  forget(): void {
    this.#forgotten = JSON.stringify(this.#options.typed());
  }

  readonly #done = () => this.forget();

  readonly #closing = (event: BeforeUnloadEvent) => {
    if (this.isUnsaved) event.preventDefault();
  };
}

/** What is typed into the fields of forms that begin empty, for `typed`; undefined where there is nothing. */
export function typedFields(root: ParentNode): string[] | undefined {
  const fields = [...root.querySelectorAll('form')].flatMap((form) => [
    ...form.querySelectorAll('input'),
  ]);
  const typed = fields.filter(
    ({ type, value, defaultValue }) =>
      !['checkbox', 'radio', 'file'].includes(type) && value !== defaultValue,
  );
  return typed.length === 0 ? undefined : typed.map(({ id, value }) => `${id}: ${value}`);
}
