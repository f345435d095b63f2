/** What a robot is for: by its name where that says more than the list of robots, else by the list's first tag. */
import type { RobotPurpose } from '../contract/hit-rules.ts';

/** Before all tags: what an assistant fetches because somebody asked is no crawling. */
const named: readonly [purpose: RobotPurpose, names: RegExp][] = [
  [
    'AI assistant',
    /chatgpt-user|perplexity-?user|claude-user|claude-web|mistralai-user|duckassist|meta-externalfetcher|amzn-user|google-notebooklm|kagi-fetcher|devin/i,
  ],
  [
    'AI search',
    /oai-searchbot|perplexitybot|claude-searchbot|amzn-searchbot|azureai-searchbot|phindbot|iask|tavily|linkupbot|aisearchbot/i,
  ],
  ['AI training', /applebot-extended|amazonbot|diffbot|petalbot-ai/i],
];

const byTag: Readonly<Record<string, RobotPurpose>> = {
  'search-engine': 'search engine',
  'ai-crawler': 'AI training',
  'social-preview': 'link preview',
  monitoring: 'monitoring',
  seo: 'SEO tool',
  'feed-reader': 'feed reader',
  scanner: 'scanner',
  archiver: 'archiver',
  advertising: 'advertising',
  'http-library': 'program',
  'browser-automation': 'program',
};

/** @param tags as the list of robots gives them */
export function robotPurpose(name: string, tags: readonly string[]): RobotPurpose {
  const own = named.find(([, names]) => names.test(name));
  if (own !== undefined) return own[0];
  const tag = tags.find((one) => one in byTag);
  return (tag === undefined ? undefined : byTag[tag]) ?? 'other';
}
