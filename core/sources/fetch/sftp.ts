/** Files of an SFTP server whose host key is one of those that are known. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { connect as openSocket, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import SftpClient from 'ssh2-sftp-client';
import { findAddress, hostOf } from '../../alerts/outgoing-request.ts';
import {
  type Fetcher,
  type FetchOptions,
  failed,
  findByPattern,
  inTime,
  pathOf,
} from './fetcher.ts';

const portUsual = 22;

export function sftpFetcher(location: string, options: FetchOptions): Fetcher {
  const { source, secrets, outgoing, silenceMsMax } = options;
  const url = new URL(location);
  const host = hostOf(url);
  let connected: Promise<SftpClient> | undefined;
  let socket: Socket | undefined;
  let shownKey = '';

  function isKnown(key: Buffer): boolean {
    shownKey = `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
    const isSame = (known: string) =>
      known.length === shownKey.length &&
      timingSafeEqual(Buffer.from(known), Buffer.from(shownKey));
    return source.hostKeys.some(isSame);
  }

  async function connect(): Promise<SftpClient> {
    const address = await findAddress(host, outgoing);
    // What fails later fails where it is waited for; by itself the library would write to stdout.
    const quiet = () => undefined;
    const client = new SftpClient('source', { error: quiet, end: quiet, close: quiet });
    socket = openSocket(url.port === '' ? portUsual : Number(url.port), address).setMaxListeners(0);
    try {
      const signedIn = client.connect({
        sock: socket,
        username: source.user ?? '',
        ...(secrets.privateKey === undefined
          ? { password: secrets.password ?? '' }
          : { privateKey: secrets.privateKey, passphrase: secrets.password ?? '' }),
        hostVerifier: isKnown,
        readyTimeout: silenceMsMax,
        keepaliveInterval: silenceMsMax,
      });
      // The library waits for the end of the handshake only, not for what is asked behind it.
      await inTime(signedIn, options, url.host);
    } catch (error) {
      const isStranger = shownKey !== '' && !source.hostKeys.includes(shownKey);
      throw failed(
        isStranger
          ? `${url.host} shows the host key ${shownKey}, which is none of those of the source. If it is right, add it with --host-key; if it was another one before, somebody may stand in between.`
          : `${url.host} could not be signed in to: ${(error as Error).message}`,
        error,
      );
    }
    return client;
  }
  const client = () => (connected ??= connect());

  return {
    async find(fault) {
      const open = await client();
      return await findByPattern(
        pathOf(url),
        async (folder) =>
          (await open.list(folder)).map(({ name, type, size, modifyTime }) => ({
            name,
            isFolder: type === 'd',
            bytes: size,
            stamp: `${size} ${modifyTime}`,
          })),
        { ...options, fault },
      );
    },
    async *read(name, from, bytesMax) {
      const end = bytesMax === undefined ? {} : { end: from + bytesMax - 1 };
      const stream = (await client()).createReadStream(name, {
        start: from,
        ...end,
        autoClose: true,
      });
      const bytes = new PassThrough();
      stream.on('error', (error: Error) => bytes.destroy(error));
      // A connection that ends in the middle says so by closing only.
      stream.on('close', () => {
        if (!bytes.writableEnded) bytes.destroy(new Error('the connection was closed'));
      });
      stream.pipe(bytes);
      try {
        yield* bytes;
      } finally {
        stream.destroy();
      }
    },
    async close() {
      const open = await connected?.catch(() => undefined);
      if (open !== undefined) await inTime(open.end(), options, url.host).catch(() => undefined);
      // Who has said nothing may not say goodbye either.
      socket?.destroy();
    },
  };
}
