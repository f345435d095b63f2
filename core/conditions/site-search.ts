/** What somebody looked for on the site itself, read from the address of the page with the results. */

/** A raw value of one of the parameters in which sites usually put it. RE2 and JavaScript read it alike. */
export const siteSearchPattern =
  '(?:^|&)(?:q|query|s|search|keyword|suche|recherche|buscar)=([^&]*)';

const pattern = new RegExp(siteSearchPattern, 'g');

/** The first value that is not blank, decoded by `decode`, without blanks around it. */
export function siteSearchTerm(
  query: string | undefined,
  decode: (component: string) => string,
): string | undefined {
  for (const [, raw = ''] of query?.matchAll(pattern) ?? []) {
    const term = decode(raw).replace(/^ +| +$/g, '');
    if (term !== '') return term;
  }
  return undefined;
}
