/**
 * Where a session came from → its channel. An ordered table: the first rule that fits decides; a dataset's own rules
 * come before it (compile-hit-rules.ts). The rules in words are in docs/queries.md.
 */
import type { Acquisition } from '../contract/session.ts';

const paidMedia = new Set(['cpc', 'cpm', 'cpv', 'cpa', 'ppc', 'retargeting']);
const searchNames =
  /^(?:google|bing|yahoo!?|duckduckgo|ecosia|baidu|yandex|qwant|startpage|brave|seznam|naver|aol|ask|sogou|kagi|mojeek|swisscows)(?:[ .].*)?$/;
const socialNames =
  /^(?:facebook|fb|instagram|ig|twitter|linkedin|pinterest|reddit|tiktok|snapchat|mastodon|bluesky|threads|tumblr|xing|vkontakte|weibo|telegram|whatsapp|hacker news)(?:[ .].*)?$/;
const assistantNames =
  /^(?:chatgpt|perplexity|claude|gemini|copilot|openai|mistral|deepseek|grok)(?:[ .].*)?$/;
const searchHosts =
  /(?:^|\.)(?:google|bing|yahoo|duckduckgo|ecosia|baidu|yandex|qwant|startpage|seznam|naver|aol|sogou|kagi|mojeek|swisscows)\.|^search\.brave\./;
const socialHosts =
  /(?:^|\.)(?:facebook|instagram|twitter|linkedin|pinterest|reddit|tiktok|snapchat|tumblr|xing|weibo|threads)\.|(?:^|\.)(?:t\.co|x\.com|lnkd\.in|bsky\.app|vk\.com|t\.me|news\.ycombinator\.com)$/;
const videoNames = /^(?:youtube|vimeo|twitch|dailymotion)(?:[ .].*)?$/;
const shoppingNames = /^(?:amazon|ebay|etsy|walmart|aliexpress|idealo)(?:[ .].*)?$/;
const shoppingHosts =
  /(?:^|\.)(?:amazon|ebay|etsy|walmart|aliexpress|idealo)\.|^shopping\.google\./;
const videoHosts = /(?:^|\.)(?:youtube|vimeo|twitch|dailymotion)\.|(?:^|\.)youtu\.be$/;
const mailHosts = /^(?:mail|webmail|outlook)\./;

/** Hosts of assistants that answer with links. */
export const assistantHosts: ReadonlyMap<string, string> = new Map([
  ['chatgpt.com', 'ChatGPT'],
  ['chat.openai.com', 'ChatGPT'],
  ['perplexity.ai', 'Perplexity'],
  ['claude.ai', 'Claude'],
  ['gemini.google.com', 'Gemini'],
  ['bard.google.com', 'Gemini'],
  ['copilot.microsoft.com', 'Copilot'],
  ['chat.mistral.ai', 'Mistral'],
  ['chat.deepseek.com', 'DeepSeek'],
  ['grok.com', 'Grok'],
  ['meta.ai', 'Meta AI'],
  ['you.com', 'You.com'],
  ['phind.com', 'Phind'],
]);

/** What the rules look at, in lower case, with '' for what is absent. */
interface Facts {
  source: string;
  medium: string;
  host: string;
  isNamed: boolean;
}

const isPaid = ({ medium }: Facts) => paidMedia.has(medium) || medium.startsWith('paid');
const isSearch = ({ source, host }: Facts) => searchNames.test(source) || searchHosts.test(host);
const isSocial = ({ source, host }: Facts) => socialNames.test(source) || socialHosts.test(host);
const isVideo = ({ source, host }: Facts) => videoNames.test(source) || videoHosts.test(host);
const isShop = ({ source, host }: Facts) => shoppingNames.test(source) || shoppingHosts.test(host);
const isAssistant = ({ source, host, medium }: Facts) =>
  medium === 'ai-assistant' ||
  assistantNames.test(source) ||
  assistantHosts.has(host.replace(/^www\./, ''));
const isOneOf =
  (key: 'source' | 'medium', ...words: string[]) =>
  (facts: Facts) =>
    words.includes(facts[key]);

type Rule = [channel: string, holds: (facts: Facts) => boolean];

const rules: readonly Rule[] = [
  ['direct', ({ isNamed }) => !isNamed],
  ['paid social', ({ medium }) => /^paid[ _-]?social$/.test(medium)],
  // A click that a search engine sold stays its click, wherever the link stood.
  ['paid social', (facts) => isPaid(facts) && isSocial(facts) && !searchNames.test(facts.source)],
  [
    'paid search',
    (facts) =>
      isPaid(facts) &&
      (searchNames.test(facts.source) ||
        (!isVideo(facts) &&
          !isShop(facts) &&
          (['cpc', 'ppc', 'paidsearch', 'paid-search', 'paid search'].includes(facts.medium) ||
            isSearch(facts)))),
  ],
  ['paid other', isPaid],
  ['email', isOneOf('medium', 'email', 'e-mail', 'mail', 'newsletter')],
  ['email', isOneOf('source', 'email', 'e-mail', 'newsletter')],
  ['email', ({ host }) => mailHosts.test(host)],
  ['display', isOneOf('medium', 'display', 'banner', 'interstitial', 'expandable')],
  ['affiliate', isOneOf('medium', 'affiliate', 'affiliates')],
  ['SMS', isOneOf('medium', 'sms')],
  ['SMS', isOneOf('source', 'sms')],
  ['push', isOneOf('medium', 'push', 'web-push', 'notification')],
  ['AI assistant', isAssistant],
  ['video', (facts) => facts.medium === 'video' || isVideo(facts)],
  ['shopping', (facts) => facts.medium === 'shopping' || isShop(facts)],
  ['organic search', (facts) => facts.medium === 'organic' || isSearch(facts)],
  ['organic social', (facts) => facts.medium.startsWith('social') || isSocial(facts)],
  ['referral', ({ medium, host }) => ['referral', 'link'].includes(medium) || host !== ''],
];

/** The channel by the usual rules. */
export function channelOf(acquisition: Acquisition): string {
  const { source, medium, campaign, referrerHost } = acquisition;
  const facts: Facts = {
    source: source?.toLowerCase() ?? '',
    medium: medium?.toLowerCase() ?? '',
    host: referrerHost ?? '',
    isNamed: [source, medium, campaign, referrerHost].some((one) => one !== undefined),
  };
  return rules.find(([, holds]) => holds(facts))?.[0] ?? 'other';
}

/** The usual channels, in the order of their rules. */
export const usualChannels: readonly string[] = [
  ...new Set([...rules.map(([channel]) => channel), 'other']),
];
