/** Who comes to the demo's shop: their browsers, their languages, and the places that send them. */

export interface Device {
  userAgent: string;
  screenWidth: number;
  weight: number;
}

const windows = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)';
const mac = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)';
const webKit = 'AppleWebKit/537.36 (KHTML, like Gecko)';

export const devices: readonly Device[] = [
  {
    weight: 22,
    screenWidth: 1920,
    userAgent: `${windows} ${webKit} Chrome/154.0.0.0 Safari/537.36`,
  },
  {
    weight: 7,
    screenWidth: 1536,
    userAgent: `${windows} ${webKit} Chrome/154.0.0.0 Safari/537.36 Edg/154.0.0.0`,
  },
  {
    weight: 4,
    screenWidth: 1920,
    userAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:157.0) Gecko/20100101 Firefox/157.0',
  },
  {
    weight: 3,
    screenWidth: 1680,
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:157.0) Gecko/20100101 Firefox/157.0',
  },
  { weight: 6, screenWidth: 1728, userAgent: `${mac} ${webKit} Chrome/153.0.0.0 Safari/537.36` },
  {
    weight: 8,
    screenWidth: 1512,
    userAgent: `${mac} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15`,
  },
  {
    weight: 24,
    screenWidth: 393,
    userAgent:
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1',
  },
  {
    weight: 17,
    screenWidth: 412,
    userAgent: `Mozilla/5.0 (Linux; Android 10; K) ${webKit} Chrome/154.0.0.0 Mobile Safari/537.36`,
  },
  {
    weight: 4,
    screenWidth: 384,
    userAgent: `Mozilla/5.0 (Linux; Android 10; K) ${webKit} SamsungBrowser/29.0 Chrome/136.0.0.0 Mobile Safari/537.36`,
  },
  {
    weight: 2,
    screenWidth: 412,
    userAgent: 'Mozilla/5.0 (Android 16; Mobile; rv:157.0) Gecko/157.0 Firefox/157.0',
  },
  {
    weight: 3,
    screenWidth: 820,
    userAgent:
      'Mozilla/5.0 (iPad; CPU OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1',
  },
];

export const languages = [
  { weight: 38, language: 'de-DE', accept: 'de-DE,de;q=0.9,en;q=0.7' },
  { weight: 22, language: 'en-GB', accept: 'en-GB,en;q=0.9' },
  { weight: 12, language: 'en-US', accept: 'en-US,en;q=0.9' },
  { weight: 10, language: 'fr-FR', accept: 'fr-FR,fr;q=0.9,en;q=0.5' },
  { weight: 7, language: 'nl-NL', accept: 'nl-NL,nl;q=0.9,en;q=0.8' },
  { weight: 4, language: 'pl-PL', accept: 'pl-PL,pl;q=0.9' },
  { weight: 4, language: 'it-IT', accept: 'it-IT,it;q=0.9' },
  { weight: 3, language: 'ja-JP', accept: 'ja-JP,ja;q=0.9,en;q=0.4' },
] as const;

/** A way to the shop: the page that links to it and the parameters on the link. Direct ones have neither. */
export interface Route {
  weight: number;
  referrer?: string;
  query?: string;
  /** Where such a link leads most of the time. */
  landing: 'home' | 'list' | 'product' | 'article';
}

export const routes: readonly Route[] = [
  { weight: 20, landing: 'home' },
  { weight: 8, landing: 'product' },
  { weight: 20, landing: 'product', referrer: 'https://www.google.com/' },
  { weight: 6, landing: 'article', referrer: 'https://www.google.de/' },
  { weight: 4, landing: 'product', referrer: 'https://www.bing.com/' },
  { weight: 4, landing: 'list', referrer: 'https://duckduckgo.com/' },
  { weight: 2, landing: 'article', referrer: 'https://www.ecosia.org/' },
  { weight: 4, landing: 'product', referrer: 'https://www.instagram.com/' },
  { weight: 3, landing: 'home', referrer: 'https://www.facebook.com/' },
  { weight: 3, landing: 'article', referrer: 'https://www.reddit.com/r/tea/' },
  { weight: 2, landing: 'product', referrer: 'https://www.pinterest.com/' },
  { weight: 5, landing: 'article', referrer: 'https://chatgpt.com/' },
  { weight: 3, landing: 'article', referrer: 'https://www.perplexity.ai/' },
  { weight: 1, landing: 'product', referrer: 'https://claude.ai/' },
  { weight: 1, landing: 'product', referrer: 'https://gemini.google.com/' },
  { weight: 3, landing: 'product', referrer: 'https://steeped-slowly.example/2026/winter-teas' },
  { weight: 2, landing: 'list', referrer: 'https://the-second-infusion.example/links' },
  {
    weight: 7,
    landing: 'list',
    query: 'utm_source=newsletter&utm_medium=email&utm_campaign=autumn-letter',
  },
  {
    weight: 5,
    landing: 'product',
    referrer: 'https://www.google.com/',
    query: 'utm_source=google&utm_medium=cpc&utm_campaign=teapots&utm_term=clay+teapot',
  },
  {
    weight: 4,
    landing: 'list',
    referrer: 'https://www.instagram.com/',
    query: 'utm_source=instagram&utm_medium=paid_social&utm_campaign=gift-guide&utm_content=story',
  },
];
