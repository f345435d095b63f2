/** Hosts as they are typed: one a line or with commas between, as they stand in an address bar. */
export function typedHosts(text: string): string[] {
  return text
    .split(/[\s,]+/)
    .map((host) =>
      host
        .toLowerCase()
        .replace(/^https?:\/\//, '')
        .replace(/\/.*$/, ''),
    )
    .filter((host) => host !== '');
}
