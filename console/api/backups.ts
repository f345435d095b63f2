/** Copies of the data folder, as the server makes and keeps them. */
import type { Backups } from '../../core/contract/backup.ts';
import { request } from './client.ts';

const path = '/api/backups';

export const readBackups = (signal?: AbortSignal) => request<Backups>(path, { signal });

/** Begins one. @throws ApiError `upkeep_busy`, `disk_low` */
export const beginBackup = () => request<Backups>(path, { body: {} });
