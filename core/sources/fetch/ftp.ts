/** Files of an FTP server; `ftps://` asks for TLS before it signs in. */
import { PassThrough } from 'node:stream';
import { Client } from 'basic-ftp';
import { findAddress, hostOf } from '../../alerts/outgoing-request.ts';
import {
  type Fetcher,
  type FetchOptions,
  failed,
  findByPattern,
  firstBytes,
  pathOf,
} from './fetcher.ts';

const portUsual = 21;

export function ftpFetcher(location: string, options: FetchOptions): Fetcher {
  const { source, secrets, outgoing, silenceMsMax } = options;
  const url = new URL(location);
  const host = hostOf(url);
  const open = new Set<Client>();

  /** One connection for each thing asked: a transfer that is left early takes its connection with it. */
  async function connect(): Promise<Client> {
    const address = await findAddress(host, outgoing);
    // The server may not send the data connection to any other machine.
    const client = new Client(silenceMsMax, { allowSeparateTransferHost: false });
    open.add(client);
    try {
      await client.access({
        host: address,
        port: url.port === '' ? portUsual : Number(url.port),
        user: source.user ?? 'anonymous',
        password: secrets.password ?? 'guest',
        secure: url.protocol === 'ftps:',
        secureOptions: { servername: host },
      });
    } catch (error) {
      leave(client);
      throw failed(`${url.host} could not be signed in to: ${(error as Error).message}`, error);
    }
    return client;
  }

  function leave(client: Client): void {
    open.delete(client);
    client.close();
  }

  return {
    async find() {
      const client = await connect();
      try {
        return await findByPattern(pathOf(url), async (folder) =>
          (await client.list(folder)).map((one) => ({
            name: one.name,
            isFolder: one.isDirectory,
            bytes: one.size,
            stamp: `${one.size} ${one.rawModifiedAt}`,
          })),
        );
      } finally {
        leave(client);
      }
    },
    async *read(name, from, bytesMax) {
      const client = await connect();
      const bytes = new PassThrough();
      const done = client.downloadTo(bytes, name, from);
      done.catch((error) => bytes.destroy(error as Error));
      try {
        yield* bytesMax === undefined ? bytes : firstBytes(bytes, bytesMax);
      } finally {
        leave(client);
      }
    },
    async close() {
      for (const client of open) leave(client);
    },
  };
}
