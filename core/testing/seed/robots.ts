/** The robots that come to the demo's shop, by the user agents that they really send, and the odd paths they try. */

export interface Robot {
  name: string;
  userAgent: string;
  address: string;
  kind: 'crawler' | 'monitor' | 'scanner';
  sessionsPerDay: number;
}

const compatible = 'Mozilla/5.0 (compatible;';
const webKit = 'AppleWebKit/537.36 (KHTML, like Gecko;';

/** Each robot has one address of its own, outside the addresses of people. */
export const robots: readonly Robot[] = [
  {
    name: 'Googlebot',
    kind: 'crawler',
    sessionsPerDay: 14,
    address: '192.0.2.210',
    userAgent:
      'Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/154.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  },
  {
    name: 'bingbot',
    kind: 'crawler',
    sessionsPerDay: 8,
    address: '192.0.2.220',
    userAgent: `${compatible} bingbot/2.0; +http://www.bing.com/bingbot.htm)`,
  },
  {
    name: 'GPTBot',
    kind: 'crawler',
    sessionsPerDay: 9,
    address: '198.51.100.210',
    userAgent: `Mozilla/5.0 ${webKit} compatible; GPTBot/1.3; +https://openai.com/gptbot)`,
  },
  {
    name: 'ClaudeBot',
    kind: 'crawler',
    sessionsPerDay: 8,
    address: '198.51.100.220',
    userAgent: `Mozilla/5.0 ${webKit} compatible; ClaudeBot/1.0; +claudebot@anthropic.com)`,
  },
  {
    name: 'PerplexityBot',
    kind: 'crawler',
    sessionsPerDay: 4,
    address: '2001:db8:b07::1',
    userAgent: `Mozilla/5.0 ${webKit} compatible; PerplexityBot/1.0; +https://perplexity.ai/perplexitybot)`,
  },
  {
    name: 'AhrefsBot',
    kind: 'crawler',
    sessionsPerDay: 6,
    address: '203.0.113.210',
    userAgent: `${compatible} AhrefsBot/7.0; +http://ahrefs.com/robot/)`,
  },
  {
    name: 'UptimeRobot',
    kind: 'monitor',
    sessionsPerDay: 24,
    address: '203.0.113.220',
    userAgent: 'Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)',
  },
  {
    name: 'zgrab',
    kind: 'scanner',
    sessionsPerDay: 3,
    address: '203.0.113.230',
    userAgent: 'Mozilla/5.0 zgrab/0.x',
  },
  {
    name: 'python-requests',
    kind: 'scanner',
    sessionsPerDay: 3,
    address: '2001:db8:bad::7',
    userAgent: 'python-requests/2.32.5',
  },
];

/** Asked for by scanners; the shop has none of them. */
export const scannedPaths = [
  '/wp-login.php',
  '/.env',
  '/.git/config',
  '/admin/',
  '/phpmyadmin/index.php',
  '/backup.zip',
  '/xmlrpc.php',
] as const;

/** Pages that the shop once had and that crawlers still remember. */
export const forgottenPaths = [
  '/products/sencha-2024',
  '/journal/spring-fair',
  '/feed.xml',
] as const;
