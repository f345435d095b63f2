/** A user agent text → browser, system, device, or the robot that it is. */
import Bowser from 'bowser';
import crawlers from 'crawler-user-agents';
import { isbot } from 'isbot';
import type { Technology } from '../contract/session.ts';
import { memo } from './memo.ts';

const entriesMax = 20_000;
const devices = new Set(['desktop', 'mobile', 'tablet', 'tv']);

/** A client that sends no user agent is a program: no browser leaves it out. */
const unnamedRobot = 'unnamed robot';

/** The technology behind a user agent. Never throws; what is not recognised is absent. */
export const technologyOf: (userAgent: string) => Technology = memo(parse, entriesMax);

function parse(userAgent: string): Technology {
  const robot = robotName(userAgent);
  if (robot !== undefined) return { device: 'robot', robot };
  const { browser, os, platform } = Bowser.parse(userAgent);
  const device = devices.has(platform.type ?? '')
    ? (platform.type as Technology['device'])
    : 'unknown';
  return {
    device,
    ...(browser.name ? { browser: browser.name } : {}),
    ...(browser.version ? { browserVersion: majorVersion(browser.version) } : {}),
    ...(os.name ? { system: os.name } : {}),
  };
}

const majorVersion = (version: string) => version.split('.', 1)[0] ?? version;

let patterns: { pattern: RegExp; name: string }[] | undefined;

function robotName(userAgent: string): string | undefined {
  if (userAgent === '' || userAgent === '-') return unnamedRobot;
  if (!isbot(userAgent)) return undefined;
  patterns ??= crawlers.map(({ pattern }) => ({
    pattern: new RegExp(pattern),
    name: readable(pattern),
  }));
  return patterns.find(({ pattern }) => pattern.test(userAgent))?.name ?? unnamedRobot;
}

/** The list's patterns are names with a few marks of regular expressions: `Googlebot\/` is Googlebot. */
function readable(pattern: string): string {
  const name = pattern
    .replace(/\[([A-Za-z])[A-Za-z]\]/g, '$1')
    .replace(/\\([/.\-()+])/g, '$1')
    .replace(/[\^$?]/g, '')
    .replace(/[/\s-]+$/, '');
  return name === '' ? unnamedRobot : name;
}
