/** A user agent text → browser, system, device, or the robot that it is. */
import Bowser from 'bowser';
import crawlers from 'crawler-user-agents';
import { isbot } from 'isbot';
import type { RobotPurpose } from '../contract/hit-rules.ts';
import type { Technology } from '../contract/session.ts';
import { memo } from './memo.ts';
import { robotPurpose } from './robot-purpose.ts';

const entriesMax = 20_000;
const devices = new Set(['desktop', 'mobile', 'tablet', 'tv']);

/** A client that sends no user agent is a program: no browser leaves it out. */
const unnamedRobot = 'unnamed robot';

/** The technology behind a user agent. Never throws; what is not recognised is absent. */
export const technologyOf: (userAgent: string) => Technology = memo(parse, entriesMax);

function parse(userAgent: string): Technology {
  const robot = robotOf(userAgent);
  if (robot !== undefined) return { device: 'robot', robot: robot.name, purpose: robot.purpose };
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

interface Robot {
  name: string;
  purpose: RobotPurpose;
}

/** The types of the list do not know its tags yet. */
type Crawler = (typeof crawlers)[number] & { tags?: readonly string[] };

const unnamed: Robot = { name: unnamedRobot, purpose: 'program' };
let known: { pattern: RegExp; robot: Robot }[] | undefined;

function robotOf(userAgent: string): Robot | undefined {
  if (userAgent === '' || userAgent === '-') return unnamed;
  if (!isbot(userAgent)) return undefined;
  known ??= (crawlers as readonly Crawler[]).map(({ pattern, tags = [] }) => {
    const name = readable(pattern);
    return { pattern: new RegExp(pattern), robot: { name, purpose: robotPurpose(name, tags) } };
  });
  return known.find(({ pattern }) => pattern.test(userAgent))?.robot ?? unnamed;
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
