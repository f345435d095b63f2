/**
 * Classes of sources and of robots as they were worked out by SQL, before sessions held them: sessions that were stored
 * then get them by this, once. The rules of today are in core/hits/channel.ts and robot-purpose.ts.
 */

const medium = "coalesce(lower(medium), '')";
const source = "coalesce(lower(source), '')";
const host = "coalesce(referrer_host, '')";

const isPaid = `(${medium} IN ('cpc', 'cpm', 'cpv', 'cpa', 'ppc', 'retargeting') OR starts_with(${medium}, 'paid'))`;
const searchNames =
  'google|bing|yahoo|duckduckgo|ecosia|baidu|yandex|qwant|startpage|brave|seznam|naver|aol|ask|sogou|kagi|mojeek|swisscows';
const socialNames =
  'facebook|instagram|twitter|linkedin|pinterest|reddit|tiktok|snapchat|mastodon|bluesky|threads|tumblr|xing|vkontakte|weibo|telegram|whatsapp|hacker news';
const assistantNames = 'chatgpt|perplexity|claude|gemini|copilot|openai|mistral|deepseek|grok';

const named = (names: string) => `regexp_full_match(${source}, '(?:${names})(?:[ .].*)?')`;
const searchHost = `regexp_matches(${host}, '(?:^|\\.)(?:google|bing|yahoo|duckduckgo|ecosia|baidu|yandex|qwant|startpage|seznam|naver|aol|sogou|kagi|mojeek|swisscows)\\.|^search\\.brave\\.')`;
const socialHost = `regexp_matches(${host}, '(?:^|\\.)(?:facebook|instagram|twitter|linkedin|pinterest|reddit|tiktok|snapchat|tumblr|xing|weibo|threads)\\.|(?:^|\\.)(?:t\\.co|x\\.com|lnkd\\.in|bsky\\.app|vk\\.com|t\\.me|news\\.ycombinator\\.com)$')`;
const assistantHost = `regexp_matches(${host}, '(?:^|\\.)(?:chatgpt\\.com|chat\\.openai\\.com|perplexity\\.ai|claude\\.ai|gemini\\.google\\.com|copilot\\.microsoft\\.com|chat\\.mistral\\.ai|chat\\.deepseek\\.com|grok\\.com)$')`;
const videoHost = `regexp_matches(${host}, '(?:^|\\.)(?:youtube|vimeo|twitch|dailymotion)\\.|(?:^|\\.)youtu\\.be$')`;
const mailHost = `regexp_matches(${host}, '^(?:mail|webmail|outlook)\\.')`;

const isSearch = `(${named(searchNames)} OR ${searchHost})`;
const isSocial = `(${named(socialNames)} OR ${socialHost})`;
const isNamedNowhere =
  'source IS NULL AND medium IS NULL AND campaign IS NULL AND referrer_host IS NULL';

export const channelSqlBefore = `CASE
  WHEN ${isNamedNowhere} THEN 'direct'
  WHEN ${isPaid} AND ${isSocial} THEN 'paid social'
  WHEN ${isPaid} AND (${medium} IN ('cpc', 'ppc', 'paidsearch', 'paid-search', 'paid search') OR ${isSearch}) THEN 'paid search'
  WHEN ${isPaid} THEN 'paid other'
  WHEN ${medium} IN ('email', 'e-mail', 'mail', 'newsletter') OR ${source} IN ('email', 'e-mail', 'newsletter') OR ${mailHost} THEN 'email'
  WHEN ${medium} IN ('display', 'banner', 'interstitial', 'expandable') THEN 'display'
  WHEN ${medium} IN ('affiliate', 'affiliates') THEN 'affiliate'
  WHEN ${medium} = 'sms' OR ${source} = 'sms' THEN 'SMS'
  WHEN ${medium} IN ('push', 'web-push', 'notification') THEN 'push'
  WHEN ${named(assistantNames)} OR ${assistantHost} THEN 'AI assistant'
  WHEN ${medium} = 'video' OR ${videoHost} THEN 'video'
  WHEN ${medium} = 'shopping' THEN 'shopping'
  WHEN ${medium} = 'organic' OR ${isSearch} THEN 'organic search'
  WHEN starts_with(${medium}, 'social') OR ${isSocial} THEN 'organic social'
  WHEN ${medium} IN ('referral', 'link') OR referrer_host IS NOT NULL THEN 'referral'
  ELSE 'other' END`;

const robot = "coalesce(lower(robot), '')";

/** Before all others: what an assistant fetches because somebody asked, and what learns from what it reads. */
export const robotPurposeSqlBefore = `CASE
  WHEN robot IS NULL THEN NULL
  WHEN regexp_matches(${robot}, 'chatgpt-user|perplexity-user|claude-user|claude-web|mistralai-user|duckassist|meta-externalfetcher') THEN 'AI assistant'
  WHEN regexp_matches(${robot}, 'gptbot|oai-searchbot|claudebot|anthropic|perplexitybot|ccbot|bytespider|amazonbot|applebot-extended|google-extended|cohere|diffbot|meta-externalagent|ai2bot|deepseek') THEN 'AI training'
  WHEN regexp_matches(${robot}, 'googlebot|bingbot|yandex|baidu|duckduckbot|slurp|applebot|sogou|seznam|naver|yeti|qwant|mojeek|petalbot|exabot|ia_archiver') THEN 'search engine'
  WHEN regexp_matches(${robot}, 'ahrefs|semrush|mj12|dotbot|majestic|screaming frog|serpstat|blexbot|dataforseo|rogerbot|seokicks|siteaudit') THEN 'SEO tool'
  WHEN regexp_matches(${robot}, 'facebookexternalhit|facebot|twitterbot|linkedin|slack|discord|telegram|whatsapp|pinterest|skype|embedly|iframely|preview') THEN 'link preview'
  WHEN regexp_matches(${robot}, 'uptime|pingdom|statuscake|monitor|nagios|zabbix|datadog|newrelic|site24x7|healthcheck|probe|checkly|gtmetrix|lighthouse') THEN 'monitoring'
  WHEN regexp_matches(${robot}, 'curl|wget|python|java|okhttp|axios|node|go-http|ruby|perl|libwww|guzzle|httpclient|http_request|unnamed robot') THEN 'program'
  ELSE 'other' END`;
