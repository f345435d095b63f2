/** Parameters by which advertisers mark a click, and what they say of where it came from. */

export interface ClickSource {
  source: string;
  /** Absent where the parameter is also put on links that nobody paid for. */
  medium?: string;
}

export const clickIds: ReadonlyMap<string, ClickSource> = new Map([
  ['gclid', { source: 'Google', medium: 'cpc' }],
  ['gbraid', { source: 'Google', medium: 'cpc' }],
  ['wbraid', { source: 'Google', medium: 'cpc' }],
  ['gad_source', { source: 'Google', medium: 'cpc' }],
  ['dclid', { source: 'Google', medium: 'display' }],
  ['msclkid', { source: 'Bing', medium: 'cpc' }],
  ['yclid', { source: 'Yandex', medium: 'cpc' }],
  ['ttclid', { source: 'TikTok', medium: 'cpc' }],
  ['twclid', { source: 'Twitter', medium: 'cpc' }],
  ['li_fat_id', { source: 'LinkedIn', medium: 'cpc' }],
  ['epik', { source: 'Pinterest' }],
  ['fbclid', { source: 'Facebook' }],
  ['igshid', { source: 'Instagram' }],
]);
