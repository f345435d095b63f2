/** Puts mails into a folder, one `.eml` file each, for whoever has no mail server: any mail program opens them. */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { DeliveryError, type Mailer } from '../../../core/contract/mail.ts';
import { messageOf } from './nodemailer-message.ts';

const plainId = /^[A-Za-z0-9-]{1,64}$/;

export function outboxFolderMailer(folder: string, from: string): Mailer {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  return {
    async send(mail, id) {
      // The id names the file, so that a second try writes the same one.
      if (!plainId.test(id)) throw new Error('the id of a mail is plain');
      const { message } = await transport.sendMail(messageOf(mail, id, from));
      const file = join(folder, `${id}.eml`);
      try {
        // Links that sign somebody in stand in mails.
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await writeFile(`${file}.part`, message as Buffer);
        await rename(`${file}.part`, file);
      } catch (error) {
        throw new DeliveryError(`The mail could not be written: ${(error as Error).message}`);
      }
    },
  };
}
