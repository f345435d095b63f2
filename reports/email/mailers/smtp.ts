/** Sends mails by SMTP. */
import { createTransport } from 'nodemailer';
import { DeliveryError, type Mailer } from '../../../core/contract/mail.ts';
import { messageOf } from './nodemailer-message.ts';

const timeoutMsUsual = 20_000;

/** What an SMTP server says of a mailbox that does not exist, or that may not be written to. */
const refusedForGood = [550, 551, 553, 554];

/**
 * @param url such as `smtp://user:password@mail.example:587` or `smtps://…`
 * @param timeoutMs how long the server may be silent at a time
 */
export function smtpMailer(url: string, from: string, timeoutMs = timeoutMsUsual): Mailer {
  const { protocol, hostname, port, username, password } = new URL(url);
  const secure = protocol === 'smtps:';
  const transport = createTransport({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure,
    ...(username === ''
      ? {}
      : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
  });
  return {
    async send(mail, id) {
      try {
        await transport.sendMail(messageOf(mail, id, from));
      } catch (error) {
        const { message, responseCode, command } = error as Error & {
          responseCode?: number;
          command?: string;
        };
        const isRecipient = command === 'RCPT TO' || command === 'DATA';
        throw new DeliveryError(`The mail server did not take it: ${message}`, {
          forGood: isRecipient && refusedForGood.includes(responseCode ?? 0),
        });
      }
    },
  };
}
