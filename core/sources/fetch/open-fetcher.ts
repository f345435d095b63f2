/** The fetcher for a location, by its kind. */
import { locationKind } from '../../contract/source.ts';
import { type Fetcher, type FetchOptions, failed } from './fetcher.ts';
import { ftpFetcher } from './ftp.ts';
import { httpFetcher } from './http.ts';
import { localFetcher } from './local.ts';
import { s3Fetcher } from './s3.ts';
import { sftpFetcher } from './sftp.ts';

const kinds = {
  local: localFetcher,
  http: httpFetcher,
  sftp: sftpFetcher,
  ftp: ftpFetcher,
  s3: s3Fetcher,
} as const;

export function openFetcher(location: string, options: FetchOptions): Fetcher {
  const kind = locationKind(location);
  if (kind === undefined) throw failed(`${location} is no place that logs can be fetched from.`);
  return kinds[kind](location, options);
}
