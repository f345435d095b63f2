/** What stands in a form, by the names of its fields. */
export function valuesOf<K extends string>(event: Event, ...names: K[]): Record<K, string> {
  event.preventDefault();
  const data = new FormData(event.currentTarget as HTMLFormElement);
  return Object.fromEntries(names.map((name) => [name, String(data.get(name) ?? '')])) as Record<
    K,
    string
  >;
}
