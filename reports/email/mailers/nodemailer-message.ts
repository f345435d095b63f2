/** A mail as nodemailer takes it. The Message-ID is made of the id, so every try has the same. */
import type { SendMailOptions } from 'nodemailer';
import type { Mail } from '../../../core/contract/mail.ts';

export function messageOf(mail: Mail, id: string, from: string): SendMailOptions {
  return {
    from,
    to: mail.to,
    subject: mail.subject,
    text: mail.text,
    ...(mail.html === undefined ? {} : { html: mail.html }),
    messageId: messageIdOf(id, from),
    headers: { ...mail.headers, 'Auto-Submitted': 'auto-generated' },
    attachments: mail.attachments.map(({ fileName, contentType, content, contentId }) => ({
      filename: fileName,
      contentType,
      content,
      encoding: 'base64',
      ...(contentId === undefined ? {} : { cid: contentId }),
    })),
    // Attachments are bytes: a path or an address in a mail is never opened.
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** `<id@host of the sender>` */
export function messageIdOf(id: string, from: string): string {
  const host = /@([A-Za-z0-9.-]+)>?\s*$/.exec(from)?.[1] ?? 'canister.invalid';
  return `<${id}@${host}>`;
}
