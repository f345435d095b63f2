import { expect, test } from 'vitest';
import { technologyOf } from './user-agent.ts';

test.each([
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
    { device: 'desktop', browser: 'Chrome', browserVersion: '141', system: 'Windows' },
  ],
  [
    'Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0',
    { device: 'desktop', browser: 'Firefox', browserVersion: '143', system: 'Linux' },
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
    { device: 'desktop', browser: 'Safari', browserVersion: '18', system: 'macOS' },
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
    { device: 'mobile', browser: 'Safari', browserVersion: '18', system: 'iOS' },
  ],
  [
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36',
    { device: 'mobile', browser: 'Chrome', browserVersion: '141', system: 'Android' },
  ],
  [
    'Mozilla/5.0 (iPad; CPU OS 12_5_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/12.1.2 Mobile/15E148 Safari/604.1',
    { device: 'tablet', browser: 'Safari', browserVersion: '12', system: 'iOS' },
  ],
])('%s is a person’s', (userAgent, expected) => {
  expect(technologyOf(userAgent)).toEqual(expected);
});

test.each([
  [
    'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
    'Googlebot',
    'search engine',
  ],
  [
    'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)',
    'GPTBot',
    'AI training',
  ],
  [
    'Mozilla/5.0 (compatible; ChatGPT-User/1.0; +https://openai.com/bot)',
    'ChatGPT-User',
    'AI assistant',
  ],
  [
    'Mozilla/5.0 (compatible; OAI-SearchBot/1.0; +https://openai.com/searchbot)',
    'OAI-SearchBot',
    'AI search',
  ],
  [
    'Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)',
    'Ahrefs(Bot|SiteAudit)',
    'SEO tool',
  ],
  [
    'Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)',
    'UptimeRobot',
    'monitoring',
  ],
  [
    'Feedly/1.0 (+http://www.feedly.com/fetcher.html; like FeedFetcher-Google)',
    'Feedly',
    'feed reader',
  ],
  ['Mozilla/5.0 zgrab/0.x', 'zgrab', 'scanner'],
  ['curl/8.5.0', 'curl', 'program'],
  ['', 'unnamed robot', 'program'],
  ['-', 'unnamed robot', 'program'],
])('%s is the robot %s, a %s', (userAgent, robot, purpose) => {
  expect(technologyOf(userAgent)).toEqual({ device: 'robot', robot, purpose });
});

test.each([
  'Mozilla/5.0',
  '<script>alert(1)</script>',
  'x'.repeat(512),
  '()*+?[\\',
  '\u0000',
])('the odd text %j is taken without a fault', (userAgent) => {
  expect(technologyOf(userAgent).device).toMatch(/^(unknown|desktop|robot)$/);
});
