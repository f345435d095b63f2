/** The body of a webhook: for programs, with a `text` for people; or what Slack and its like take. */
import type { AlertEntry } from '../contract/alert.ts';
import { sessionUrl, titleOf } from './notices.ts';

const linesMax = 5;

/** @param consoleUrl where people reach the console, without a slash at the end */
export function webhookBody(
  entry: AlertEntry,
  { slack, consoleUrl }: { slack: boolean; consoleUrl: string },
): string {
  const links = entry.sessions.map((id) => ({
    id,
    url: sessionUrl(consoleUrl, entry.dataset, id),
  }));
  if (slack) return JSON.stringify({ text: slackText(entry, links) });
  const { dataset, rule, severity, change, value, says } = entry;
  return JSON.stringify({
    type: `alert.${change}`,
    timestamp: new Date(entry.at).toISOString(),
    data: {
      dataset,
      rule,
      severity,
      says,
      ...(value === undefined ? {} : { value }),
      sessions: links,
    },
    text: `${titleOf(entry)}\n${says}`,
  });
}

function slackText(entry: AlertEntry, links: readonly { url: string }[]): string {
  const lines = links.slice(0, linesMax).map(({ url }, index) => `<${url}|Session ${index + 1}>`);
  const title = escapeSlack(titleOf(entry));
  return [`*${title.replaceAll('*', '∗')}*`, escapeSlack(entry.says), lines.join(' · ')]
    .filter((line) => line !== '')
    .join('\n');
}

/** Names are data: they can neither make a link nor call a whole channel. */
const escapeSlack = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
