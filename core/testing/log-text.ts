/** An access log in the Combined format, and the tables that an import of it gives. */
import { createWorld, type World } from './world.ts';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (number: number) => String(number).padStart(2, '0');
const noon = Date.UTC(2026, 4, 17, 12);
const minuteMs = 60_000;

/** A line, `minutes` after noon of 17 May 2026. */
export function logLine(
  minutes: number,
  address: string,
  path = '/',
  more: { status?: number; agent?: string; referrer?: string } = {},
): string {
  const at = new Date(noon + minutes * minuteMs);
  const time = `${two(at.getUTCDate())}/${months[at.getUTCMonth()]}/${at.getUTCFullYear()}:${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0000`;
  const { status = 200, agent = 'Mozilla/5.0 Firefox/143.0', referrer = '-' } = more;
  return `${address} - - [${time}] "GET ${path} HTTP/1.1" ${status} 12 "${referrer}" "${agent}"`;
}
export const logText = (...lines: string[]) => lines.map((one) => `${one}\n`).join('');

/** Three visitors; the first comes twice, the second asks for one page three times in one second. */
export const smallLog = logText(
  logLine(0, '10.0.0.1', '/in', { referrer: 'https://www.google.com/' }),
  logLine(1, '10.0.0.2', '/x'),
  logLine(1, '10.0.0.2', '/x'),
  logLine(1, '10.0.0.2', '/x'),
  logLine(2, '10.0.0.1', '/style.css'),
  logLine(5, '10.0.0.1', '/missing', { status: 404 }),
  logLine(20, '10.0.0.3', '/other', { agent: 'curl/8.5.0' }),
  logLine(60, '10.0.0.1', '/again'),
);
/** What an import of the small log sums up to. */
export const smallLogSummary = {
  lines: 8,
  accepted: 8,
  duplicate: 0,
  excluded: 0,
  bad: 0,
  sessions: 4,
};

/** All rows of the shop, without the places in the segments, and without what hangs on the dataset's secret. */
export async function tablesOf(world: World) {
  const { analytics } = world.stores('shop');
  const read = async (sql: string) => (await analytics.query(sql, [])).rows;
  return {
    sessions: await read(
      'SELECT * EXCLUDE (visitor_id, address_key, segment_day, segment_offset, segment_length) FROM store.sessions ORDER BY ALL',
    ),
    hits: await read('SELECT * EXCLUDE (visitor_id) FROM store.hits ORDER BY ALL'),
  };
}

/** The tables of one import of `content` into a world of its own. */
export async function tablesOfOneImport(
  content: string,
): Promise<Awaited<ReturnType<typeof tablesOf>>> {
  const other = await createWorld();
  try {
    await other.dataset({ slug: 'shop' });
    await other.importText('shop', { 'access.log': content });
    return await tablesOf(other);
  } finally {
    await other.close();
  }
}
