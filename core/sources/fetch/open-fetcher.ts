/** The fetcher for a location, by its kind. The libraries of protocols are loaded when a source has a place of theirs. */
import { locationKind } from '../../contract/source.ts';
import { type Fetcher, type FetchOptions, failed } from './fetcher.ts';
import { httpFetcher } from './http.ts';
import { localFetcher } from './local.ts';

const kinds = {
  local: async () => localFetcher,
  http: async () => httpFetcher,
  sftp: async () => (await import('./sftp.ts')).sftpFetcher,
  ftp: async () => (await import('./ftp.ts')).ftpFetcher,
  s3: async () => (await import('./s3.ts')).s3Fetcher,
} as const;

/** @throws when it is no place that logs can be fetched from */
export async function openFetcher(location: string, options: FetchOptions): Promise<Fetcher> {
  const kind = locationKind(location);
  if (kind === undefined) throw failed(`${location} is no place that logs can be fetched from.`);
  const open = await kinds[kind]();
  return open(location, options);
}
