/** A real SMTP server on this machine, which keeps what it is sent. */
import type { AddressInfo } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';

export interface MailServer {
  port: number;
  mails: Email[];
  close(): Promise<void>;
}

export interface MailServerOptions {
  port?: number;
  /** Takes a mail whole and never says that it has it: a sender that is killed meanwhile cannot know. */
  isSilent?: boolean;
  /** Says no to every recipient, with this code. */
  refuseWith?: number;
}

export async function startMailServer(options: MailServerOptions = {}): Promise<MailServer> {
  const mails: Email[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo(_address, _session, done) {
      if (options.refuseWith === undefined) done();
      else done(Object.assign(new Error('no such mailbox'), { responseCode: options.refuseWith }));
    },
    onData(stream, _session, done) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', async () => {
        mails.push(await PostalMime.parse(Buffer.concat(parts)));
        if (options.isSilent !== true) done();
      });
    },
  });
  // A client that is killed in the middle is what some tests are about.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => {
    server.listen(options.port ?? 0, '127.0.0.1', () => resolve());
  });
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
      }),
  };
}
