/**
 * Files of an FTP server; `ftps://` asks for TLS before it signs in. The certificate is one that this machine trusts, or
 * one that the source names.
 */
import { createHash, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { PassThrough } from 'node:stream';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
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
  const port = url.port === '' ? portUsual : Number(url.port);
  const isSecure = url.protocol === 'ftps:';
  const open = new Set<Client>();
  /** Of the server when it was first talked to. */
  let shown: Promise<X509Certificate> | undefined;

  /** One connection for each thing asked: a transfer that is left early takes its connection with it. */
  async function connect(): Promise<Client> {
    const address = await findAddress(host, outgoing);
    // The server may not send the data connection to any other machine.
    const client = new Client(silenceMsMax, { allowSeparateTransferHost: false });
    open.add(client);
    try {
      await client.access({
        host: address,
        port,
        user: source.user ?? 'anonymous',
        password: secrets.password ?? 'guest',
        secure: isSecure,
        ...(isSecure && { secureOptions: await trusted(address) }),
      });
    } catch (error) {
      leave(client);
      throw failed(`${url.host} could not be signed in to: ${await why(error as Error)}`, error);
    }
    return client;
  }

  /** A certificate that the source names is trusted by itself, whoever signed it; every connection must show just it. */
  async function trusted(address: string): Promise<ConnectionOptions> {
    const name = isIP(host) ? {} : { servername: host };
    if (source.hostKeys.length === 0) return name;
    shown ??= lookAt(address);
    const certificate = await shown;
    if (!source.hostKeys.includes(fingerprintOf(certificate))) return name;
    return {
      ...name,
      ca: certificate.toString(),
      allowPartialTrustChain: true,
      checkServerIdentity: (_host, { raw }) =>
        raw.equals(certificate.raw) ? undefined : new Error('it shows another certificate'),
    };
  }

  /** The certificate of the server, which is told nothing yet. */
  async function lookAt(address: string): Promise<X509Certificate> {
    const client = new Client(silenceMsMax);
    open.add(client);
    try {
      await client.connect(address, port);
      await client.useTLS({ rejectUnauthorized: false });
      return new X509Certificate((client.ftp.socket as TLSSocket).getPeerCertificate().raw);
    } finally {
      leave(client);
    }
  }

  /** What went wrong; of a certificate that is not trusted also which one it is. */
  async function why({ message, code }: Error & { code?: unknown }): Promise<string> {
    if (!isSecure || !/certificate|altnames/i.test(`${code} ${message}`)) return message;
    const certificate = await findAddress(host, outgoing).then(lookAt);
    return `${message}. It shows the certificate ${fingerprintOf(certificate)}: if that is its own, name it as a host key.`;
  }

  function leave(client: Client): void {
    open.delete(client);
    client.close();
  }

  return {
    async find(fault) {
      const client = await connect();
      try {
        return await findByPattern(
          pathOf(url),
          async (folder) =>
            (await client.list(folder)).map((one) => ({
              name: one.name,
              isFolder: one.isDirectory,
              bytes: one.size,
              stamp: `${one.size} ${one.rawModifiedAt}`,
            })),
          { ...options, fault },
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

/** As keys of SFTP servers are named: SHA-256 of the whole certificate. */
const fingerprintOf = ({ raw }: X509Certificate) =>
  `SHA256:${createHash('sha256').update(raw).digest('base64').replace(/=+$/, '')}`;
