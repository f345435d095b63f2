/** A real SMTP server on this machine, which keeps what it is sent. */
import type { AddressInfo } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';

export interface MailServer {
  port: number;
  mails: Email[];
  /** Heeded anew at every mail. */
  options: MailServerOptions;
  close(): Promise<void>;
}

export interface MailServerOptions {
  port?: number;
  /** Takes a mail whole and never says that it has it: a sender that is killed meanwhile cannot know. */
  isSilent?: boolean;
  /** Says no to every recipient, with this code. */
  refuseWith?: number;
  /** Says no to these recipients, each with its code. */
  refuseOnly?: Record<string, number>;
  /** Ends the connection in the midst of a mail. */
  dropsMails?: boolean;
}

export async function startMailServer(options: MailServerOptions = {}): Promise<MailServer> {
  const mails: Email[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo({ address }, _session, done) {
      const responseCode = options.refuseOnly?.[address] ?? options.refuseWith;
      if (responseCode === undefined) done();
      else done(Object.assign(new Error('no such mailbox'), { responseCode }));
    },
    onData(stream, _session, done) {
      if (options.dropsMails === true) {
        for (const connection of server.connections) connection.close();
        return;
      }
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
    options,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
      }),
  };
}
