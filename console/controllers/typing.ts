/** Keys of one letter: when they are commands, and when they are what somebody types. */

const key = 'canister.letter-keys';

/** Whether keys of one letter are commands. Who dictates or types by chance switches them off. */
export const letterKeysOn = (): boolean => localStorage.getItem(key) !== 'off';

export function switchLetterKeys(on: boolean): void {
  localStorage.setItem(key, on ? 'on' : 'off');
}

/** True where the key goes into a field, or to something that has its own use for letters. */
export function isTyping(event: KeyboardEvent): boolean {
  const [target] = event.composedPath();
  if (!(target instanceof Element)) return false;
  if (target.closest('input, textarea, select, [contenteditable], [role="menuitem"]')) return true;
  return event.isComposing;
}
