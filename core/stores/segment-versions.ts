/** The versions of segment files that can be read, and which one a file is of. */
import type { FileHandle } from 'node:fs/promises';
import { Problem } from '../contract/problem.ts';
import { blockFormat } from './segment-blocks.ts';
import type { SegmentFormat } from './segment-format.ts';
import { bytesAt, magicBytes } from './segment-frame.ts';
import { recordFormat } from './segment-records.ts';
import { soundSize } from './segment-stretches.ts';

/** New segments are of this one. */
export const newestFormat = blockFormat;
const formats: readonly SegmentFormat[] = [blockFormat, recordFormat];
const anyMagic = /^CANISTER SEGMENT (\d)\n$/;

export function formatOfVersion(version: SegmentFormat['version']): SegmentFormat {
  return version === 1 ? recordFormat : blockFormat;
}

/**
 * The version of a segment: by its magic line, or where that is damaged by what can be read.
 * @param size how many bytes of the file count
 * @param path for the refusal
 * @returns `isMarked` where the magic line is whole
 * @throws Problem `file_unreadable` for a version that this program does not know
 */
export async function formatOf(
  file: FileHandle,
  size: number,
  path: string,
): Promise<{ format: SegmentFormat; isMarked: boolean }> {
  if (size < magicBytes) return { format: newestFormat, isMarked: false };
  const line = await bytesAt(file, 0, magicBytes);
  const marked = formats.find(({ magic }) => magic.equals(line));
  if (marked !== undefined) return { format: marked, isMarked: true };
  for (const format of formats)
    if ((await soundSize(file, format, size)) > magicBytes) return { format, isMarked: false };
  const [, version] = anyMagic.exec(line.toString('latin1')) ?? [];
  if (version === undefined) return { format: newestFormat, isMarked: false };
  throw new Problem(
    'file_unreadable',
    `The segment ${path} is of version ${version}, which this Canister does not know: a newer one has written it. Start that one.`,
  );
}
