/** Which hosts a dataset takes hits of. */

/**
 * True when the host of `url` is on the list, or the list is empty. `*.shop.example` stands for every subdomain,
 * not for `shop.example` itself; an entry with a port asks for that port, one without takes any.
 * @param url a URL that parses
 */
export function isHostAllowed(url: string, hosts: readonly string[]): boolean {
  if (hosts.length === 0) return true;
  const { protocol, hostname, port } = new URL(url);
  const withPort = `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`;
  return hosts.some((entry) => {
    const actual = entry.includes(':') ? withPort : hostname;
    return entry.startsWith('*.') ? actual.endsWith(entry.slice(1)) : actual === entry;
  });
}
