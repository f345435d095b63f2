/** Sends a digest that was made to one recipient, with a link of its own by which that one leaves. */
import { html } from 'hono/html';
import { DeliveryError, type Mail, type Mailer, mailSchema } from '../../core/contract/mail.ts';
import type { DigestToSend } from '../../core/contract/subscription.ts';
import { linkPlaceholder, unsubscribeToken } from './unsubscribe-link.ts';

export interface DigestSending {
  /** What an item of the outbox brings; undefined where it was deleted. */
  toSend: (deliveryId: string) => Promise<DigestToSend | undefined>;
  mailer: Mailer;
  /** Where people reach the console, without a slash at the end. */
  consoleUrl: () => string;
}

/** @returns sends the item of an id under its title. @throws DeliveryError */
export function createDigestSender({ toSend, mailer, consoleUrl }: DigestSending) {
  return async ({ id, title }: { id: string; title: string }): Promise<void> => {
    const found = await toSend(id);
    if (found === undefined)
      throw new DeliveryError('The subscription was deleted.', { forGood: true });
    const { kept, recipient, reason } = found;
    // Somebody may have left while it waited.
    if (reason !== 'test' && kept.unsubscribed.includes(recipient.toLowerCase()))
      throw new DeliveryError('The recipient has unsubscribed.', { forGood: true });
    await mailer.send(mailTo(found, title, consoleUrl()), id);
  };
}

/** The mail of one recipient. Headers are those of RFC 2369 and, where the console is reached by HTTPS, RFC 8058. */
export function mailTo(
  { kept, edition, recipient }: DigestToSend,
  subject: string,
  consoleUrl: string,
): Mail {
  const token = unsubscribeToken(kept.secret, { subscriptionId: kept.id, recipient });
  const url = `${consoleUrl}/unsubscribe/${token}`;
  const placeholder = linkPlaceholder(edition.id);
  return mailSchema.parse({
    to: [recipient],
    subject,
    text: edition.text.replaceAll(placeholder, () => url),
    html: edition.html.replaceAll(placeholder, () => String(html`${url}`)),
    headers: {
      'List-Unsubscribe': `<${url}>`,
      ...(url.startsWith('https:') && { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }),
    },
    attachments: edition.attachments,
  });
}
