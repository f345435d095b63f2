/** The mailer that the settings ask for: Resend, else an SMTP server, else a folder. */
import type { Mailer } from '../../../core/contract/mail.ts';

export interface MailSettings {
  /** The sender, such as `Canister <canister@shop.example>`. */
  from: string;
  resendApiKey?: string;
  resendBaseUrl: string;
  smtpUrl?: string;
}

/**
 * What sends is loaded with the first mail: many an installation never sends one.
 * @param folder takes the mails where there is neither
 */
export function chooseMailer(settings: MailSettings, folder: string): Mailer {
  let chosen: Promise<Mailer> | undefined;
  return {
    async send(mail, id) {
      chosen ??= open(settings, folder);
      await (await chosen).send(mail, id);
    },
  };
}

async function open(settings: MailSettings, folder: string): Promise<Mailer> {
  const { from, resendApiKey, resendBaseUrl, smtpUrl } = settings;
  if (resendApiKey !== undefined) {
    const { resendMailer } = await import('./resend.ts');
    return resendMailer({ apiKey: resendApiKey, baseUrl: resendBaseUrl, from });
  }
  if (smtpUrl !== undefined) {
    const { smtpMailer } = await import('./smtp.ts');
    return smtpMailer(smtpUrl, from);
  }
  const { outboxFolderMailer } = await import('./outbox-folder.ts');
  return outboxFolderMailer(folder, from);
}
