/** A real SFTP server over the folder of a source. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import type { SourceWorld } from '../../../testing/source-world.ts';

/** What a server may be asked. */
type Asked = 'session' | 'OPENDIR' | 'READDIR' | 'OPEN' | 'READ' | 'CLOSE';

const { OK, EOF, NO_SUCH_FILE } = ssh2.utils.sftp.STATUS_CODE;

/**
 * Lets in `ann` with the password `right`.
 * @param breakAt reads beyond it end the connection, once
 * @param silentAt what is never answered, while the connection lives
 */
export async function startSftpServer(
  { folder, atEnd }: Pick<SourceWorld, 'folder' | 'atEnd'>,
  { breakAt, silentAt }: { breakAt?: number; silentAt?: Asked } = {},
) {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2_048,
    publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  let limit = breakAt ?? Number.POSITIVE_INFINITY;
  let connections = 0;
  const server = new ssh2.Server({ hostKeys: [privateKey] }, (client) => {
    connections += 1;
    client.on('close', () => {
      connections -= 1;
    });
    client.on('error', () => undefined);
    client.on('authentication', (asked) => {
      const isRight = asked.method === 'password' && asked.password === 'right';
      if (isRight && asked.username === 'ann') asked.accept();
      else asked.reject(['password']);
    });
    client.on('session', (accept) => {
      if (silentAt !== 'session') accept().on('sftp', (acceptSftp) => serve(acceptSftp(), client));
    });
  });

  function serve(sftp: ssh2.SFTPWrapper, client: ssh2.Connection): void {
    const folders = new Map<number, string>();
    const listed = new Set<number>();
    const real = (path: string) => join(folder, path);
    const attrsOf = (path: string) => {
      const { mode, size, mtimeMs } = statSync(path);
      const seconds = Math.floor(mtimeMs / 1_000);
      return { mode, size, uid: 0, gid: 0, atime: seconds, mtime: seconds };
    };
    function open(id: number, path: string, kind: Asked): void {
      if (kind === silentAt) return;
      try {
        const number = openSync(real(path), 'r');
        folders.set(number, real(path));
        const handle = Buffer.alloc(4);
        handle.writeUInt32BE(number);
        sftp.handle(id, handle);
      } catch {
        sftp.status(id, NO_SUCH_FILE);
      }
    }
    sftp.on('OPENDIR', (id, path) => open(id, path, 'OPENDIR'));
    sftp.on('OPEN', (id, path) => open(id, path, 'OPEN'));
    sftp.on('READDIR', (id, handle) => {
      const number = handle.readUInt32BE();
      if (silentAt === 'READDIR') return;
      if (listed.has(number)) return sftp.status(id, EOF);
      listed.add(number);
      const inside = folders.get(number) ?? '';
      const names = readdirSync(inside).map((filename) => {
        const attrs = attrsOf(join(inside, filename));
        const kind = statSync(join(inside, filename)).isDirectory() ? 'd' : '-';
        return { filename, longname: `${kind}rw-r--r-- 1 a a 1 Jan 1 00:00 ${filename}`, attrs };
      });
      sftp.name(id, names);
    });
    sftp.on('FSTAT', (id, handle) => {
      const { mode, size } = fstatSync(handle.readUInt32BE());
      sftp.attrs(id, { mode, size, uid: 0, gid: 0, atime: 0, mtime: 0 });
    });
    sftp.on('READ', (id, handle, offset, length) => {
      if (silentAt === 'READ') return;
      if (offset + length > limit) {
        limit = Number.POSITIVE_INFINITY;
        client.end();
        return;
      }
      const bytes = Buffer.alloc(length);
      const read = readSync(handle.readUInt32BE(), bytes, 0, length, offset);
      if (read === 0) sftp.status(id, EOF);
      else sftp.data(id, bytes.subarray(0, read));
    });
    sftp.on('CLOSE', (id, handle) => {
      if (silentAt === 'CLOSE') return;
      const number = handle.readUInt32BE();
      listed.delete(number);
      closeSync(number);
      sftp.status(id, OK);
    });
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  atEnd(() => server.close());
  const parsed = ssh2.utils.parseKey(privateKey);
  if (parsed instanceof Error) throw parsed;
  const [key] = [parsed].flat();
  const digest = createHash('sha256')
    .update(key?.getPublicSSH() ?? '')
    .digest('base64');
  const { port } = server.address() as AddressInfo;
  return {
    location: (path: string) => `sftp://127.0.0.1:${port}/${path}`,
    hostKey: `SHA256:${digest.replace(/=+$/, '')}`,
    connections: () => connections,
  };
}
