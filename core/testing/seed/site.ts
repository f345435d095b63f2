/** The demo's shop: a small seller of tea and teaware. What pages it has, what they are called, how fast they are. */

export interface Product {
  slug: string;
  name: string;
  /** Euros. */
  price: number;
  /** How much it is looked for, against the others. */
  weight: number;
}

export const products: readonly Product[] = [
  { slug: 'assam-harvest', name: 'Assam Harvest', price: 9.5, weight: 14 },
  { slug: 'darjeeling-first-flush', name: 'Darjeeling First Flush', price: 14.9, weight: 9 },
  { slug: 'ceylon-breakfast', name: 'Ceylon Breakfast', price: 7.9, weight: 6 },
  { slug: 'earl-grey-garden', name: 'Earl Grey Garden', price: 8.4, weight: 11 },
  { slug: 'sencha-uji', name: 'Sencha Uji', price: 13.2, weight: 12 },
  { slug: 'genmaicha', name: 'Genmaicha', price: 9.8, weight: 4 },
  { slug: 'jasmine-pearls', name: 'Jasmine Pearls', price: 16.5, weight: 5 },
  { slug: 'milk-oolong', name: 'Milk Oolong', price: 15.4, weight: 8 },
  { slug: 'white-peony', name: 'White Peony', price: 17.9, weight: 3 },
  { slug: 'rooibos-orange', name: 'Rooibos Orange', price: 6.9, weight: 5 },
  { slug: 'peppermint-leaf', name: 'Peppermint Leaf', price: 5.5, weight: 3 },
  { slug: 'masala-chai', name: 'Masala Chai', price: 8.9, weight: 9 },
  { slug: 'clay-teapot', name: 'Clay Teapot', price: 54, weight: 7 },
  { slug: 'glass-teapot', name: 'Glass Teapot', price: 32.5, weight: 4 },
  { slug: 'celadon-gaiwan', name: 'Celadon Gaiwan', price: 28, weight: 6 },
  { slug: 'bamboo-whisk', name: 'Bamboo Whisk', price: 18, weight: 3 },
  { slug: 'tin-canister', name: 'Tin Canister', price: 12.5, weight: 5 },
  { slug: 'tasting-set', name: 'Tasting Set of Eight', price: 36, weight: 13 },
];

/** Pages other than products, by path. */
const pageTitles: Readonly<Record<string, string>> = {
  '/': 'Kettle & Leaf',
  '/teas': 'All teas',
  '/teaware': 'Teaware',
  '/gifts': 'Gifts',
  '/journal': 'The journal',
  '/journal/how-long-to-steep': 'How long to steep',
  '/journal/water-and-hardness': 'Water and hardness',
  '/journal/a-week-in-uji': 'A week in Uji',
  '/journal/caring-for-clay': 'Caring for clay',
  '/about': 'Who we are',
  '/contact': 'Write to us',
  '/delivery': 'Delivery and returns',
  '/newsletter': 'Our letter',
  '/search': 'Search',
  '/cart': 'Your cart',
  '/checkout': 'Checkout',
  '/checkout/thank-you': 'Thank you',
  '/account/login': 'Sign in',
};

export const listPaths = ['/teas', '/teaware', '/gifts'] as const;
export const articlePaths = Object.keys(pageTitles).filter((path) => path.startsWith('/journal/'));
export const quietPaths = ['/about', '/delivery', '/journal'] as const;
export const downloadPaths = ['/downloads/brewing-guide.pdf', '/downloads/price-list.pdf'] as const;

/** The page that a blog still links to, though the shop took it away. */
export const brokenPath = '/products/celadon-gaiwan-old';
export const brokenLinkReferrer = 'https://steeped-slowly.example/2026/ten-gaiwans-compared';

export const searchWords = [
  'gaiwan',
  'matcha',
  'earl grey',
  'gift',
  'oolong',
  'decaf',
  'teapot glass',
  'grüner tee',
  'thé blanc',
  'whisk',
  'chai',
  'sample',
] as const;

/** The title of a page, as its browser tab shows it. */
export function titleOf(path: string, status: number): string {
  if (status === 404) return 'Page not found · Kettle & Leaf';
  if (status >= 500) return 'Something went wrong · Kettle & Leaf';
  const product = products.find(({ slug }) => path === `/products/${slug}`);
  const title = product?.name ?? pageTitles[path] ?? 'Kettle & Leaf';
  return path === '/' ? title : `${title} · Kettle & Leaf`;
}

/** How long the server takes for a page, from and to milliseconds. The search is the slow page of this shop. */
export function responseTimes(path: string): readonly [number, number] {
  if (path === '/search') return [2_800, 9_000];
  if (path.startsWith('/checkout')) return [220, 900];
  if (path.startsWith('/products/')) return [80, 400];
  return [40, 260];
}

/** Whether a path is made by the part of the shop that failed in the bad hour. */
export function isFragile(path: string): boolean {
  return /^\/(products|search|cart|checkout|account)/.test(path);
}
