/** How much room the disk of the data folder has, and when that is too little to promise anything more. */
import { statfs } from 'node:fs/promises';

export interface DiskRoom {
  freeBytes: number;
  totalBytes: number;
}

const freeBytesMinUsual = 1024 * 1024 * 1024;
const freeShareMin = 0.05;

/** @param folder any folder on the disk */
export async function readDiskRoom(folder: string): Promise<DiskRoom> {
  const { bavail, blocks, bsize } = await statfs(folder);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}

/**
 * The room below which no hits are taken: 1 GiB, on disks of less than 20 GiB 5 % of them.
 * @param setBytes what the settings say instead
 */
export function diskFreeBytesMin({ totalBytes }: DiskRoom, setBytes: number | undefined): number {
  return setBytes ?? Math.min(freeBytesMinUsual, Math.floor(totalBytes * freeShareMin));
}
