/** Sends mails through Resend. */
import { Resend } from 'resend';
import { DeliveryError, type Mailer } from '../../../core/contract/mail.ts';
import { messageIdOf } from './nodemailer-message.ts';

/** Answers that a later try will get again. */
const refusedForGood = ['validation_error', 'invalid_from_address', 'invalid_attachment'];

export function resendMailer(options: { apiKey: string; baseUrl: string; from: string }): Mailer {
  const { apiKey, baseUrl, from } = options;
  const resend = new Resend(apiKey, { baseUrl });
  return {
    async send(mail, id) {
      const { to, subject, text, html, headers, attachments } = mail;
      const { error } = await resend.emails.send(
        {
          from,
          to,
          subject,
          text,
          ...(html === undefined ? {} : { html }),
          headers: { ...headers, 'Message-ID': messageIdOf(id, from) },
          attachments: attachments.map(({ fileName, contentType, content, contentId }) => ({
            filename: fileName,
            contentType,
            content,
            ...(contentId === undefined ? {} : { contentId }),
          })),
        },
        { idempotencyKey: id },
      );
      if (error === null) return;
      throw new DeliveryError(`Resend did not take it: ${error.message} (${error.name})`, {
        forGood: refusedForGood.includes(error.name),
      });
    },
  };
}
