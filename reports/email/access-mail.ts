/** The mails of users: an invitation, and a link for another password. */
import { html } from 'hono/html';
import { type Mail, mailLimits, mailSchema } from '../../core/contract/mail.ts';

export interface AccessMailInput {
  purpose: 'invitation' | 'reset';
  to: string;
  name: string;
  /** Works once. */
  link: string;
  expiresAt: number;
  /** Where the console is reached. */
  consoleUrl: string;
}

const words = {
  invitation: {
    subject: 'Your invitation to Canister',
    says: 'You have been invited to look at web analytics in Canister. Choose a password here:',
    ends: 'If you do not know of this, do nothing.',
  },
  reset: {
    subject: 'Another password for Canister',
    says: 'Somebody, perhaps you, has asked for another password. Choose it here:',
    ends: 'If it was not you, do nothing: your password stays as it is.',
  },
} as const;

/** @throws when a name or address holds what would make a second header */
export function accessMail(input: AccessMailInput): Mail {
  const { purpose, to, name, link, expiresAt, consoleUrl } = input;
  const { subject, says, ends } = words[purpose];
  const until = `${new Date(expiresAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const works = `The link works once, until ${until}.`;
  const page = html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${subject}</title></head>
<body style="margin:0;padding:24px;font:15px/1.5 system-ui,sans-serif;color:#1a1d21;background:#ffffff">
<p>Hello ${name},</p>
<p>${says}</p>
<p><a href="${link}">${link}</a></p>
<p>${works} ${ends}</p>
<p style="color:#5b6470">Canister at ${consoleUrl}</p>
</body>
</html>`;
  return mailSchema.parse({
    to: [to],
    subject: subject.slice(0, mailLimits.subjectLengthMax),
    text: [
      `Hello ${name},`,
      '',
      says,
      '',
      link,
      '',
      works,
      ends,
      '',
      `Canister at ${consoleUrl}`,
      '',
    ].join('\n'),
    html: String(page),
  });
}
