/** The mailer that the settings ask for: Resend, else an SMTP server, else a folder. */
import type { Mailer } from '../../../core/contract/mail.ts';
import { outboxFolderMailer } from './outbox-folder.ts';
import { resendMailer } from './resend.ts';
import { smtpMailer } from './smtp.ts';

export interface MailSettings {
  /** The sender, such as `Canister <canister@shop.example>`. */
  from: string;
  resendApiKey?: string;
  resendBaseUrl: string;
  smtpUrl?: string;
}

/** @param folder takes the mails where there is neither */
export function chooseMailer(settings: MailSettings, folder: string): Mailer {
  const { from, resendApiKey, resendBaseUrl, smtpUrl } = settings;
  if (resendApiKey !== undefined)
    return resendMailer({ apiKey: resendApiKey, baseUrl: resendBaseUrl, from });
  if (smtpUrl !== undefined) return smtpMailer(smtpUrl, from);
  return outboxFolderMailer(folder, from);
}
