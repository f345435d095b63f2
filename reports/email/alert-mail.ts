/** The mail of an alert: what it was, in words, and the sessions that caused it. */
import { html } from 'hono/html';
import type { AlertEntry } from '../../core/contract/alert.ts';
import { type Mail, mailLimits, mailSchema } from '../../core/contract/mail.ts';

export interface AlertMailInput {
  to: string[];
  /** In short, such as `Warning: Few purchases (shop)`. */
  title: string;
  entry: AlertEntry;
  /** The addresses of its sessions in the console. */
  sessionUrls: string[];
}

const rules = 'border-bottom:1px solid #d7dbe0;padding:8px 0';

/** @throws when a name holds what would make a second header */
export function alertMail({ to, title, entry, sessionUrls }: AlertMailInput): Mail {
  const when = `${new Date(entry.at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  const links = sessionUrls.map((url) => html`<p style="${rules}"><a href="${url}">${url}</a></p>`);
  const sessions =
    links.length > 0 ? html`<h2 style="font-size:16px;margin:24px 0 0">Sessions</h2>${links}` : '';
  const page = html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${title}</title></head>
<body style="margin:0;padding:24px;font:15px/1.5 system-ui,sans-serif;color:#1a1d21;background:#ffffff">
<h1 style="font-size:20px;margin:0 0 8px">${title}</h1>
<p style="margin:0 0 8px">${entry.says}</p>
<p style="margin:0;color:#5b6470">${when}</p>
${sessions}
</body>
</html>`;
  return mailSchema.parse({
    to,
    subject: title.slice(0, mailLimits.subjectLengthMax),
    text: [
      title,
      '',
      entry.says,
      when,
      ...(sessionUrls.length > 0 ? ['', 'Sessions:'] : []),
      ...sessionUrls,
      '',
    ].join('\n'),
    html: String(page),
  });
}
