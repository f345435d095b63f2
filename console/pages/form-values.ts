/**
 * Remembers what stands in a form that is sent. Gives the function that empties it once that was taken, unless somebody
 * has gone on typing meanwhile.
 */
export function emptyOnceTaken(form: HTMLFormElement): () => void {
  const sent = contentsOf(form);
  return () => {
    if (contentsOf(form) === sent) form.reset();
  };
}

const contentsOf = (form: HTMLFormElement) =>
  JSON.stringify(
    ([...form.elements] as HTMLInputElement[]).map(({ value, checked }) => [value, checked]),
  );

/** What stands in a form, by the names of its fields. */
export function valuesOf<K extends string>(event: Event, ...names: K[]): Record<K, string> {
  event.preventDefault();
  const data = new FormData(event.currentTarget as HTMLFormElement);
  return Object.fromEntries(names.map((name) => [name, String(data.get(name) ?? '')])) as Record<
    K,
    string
  >;
}
