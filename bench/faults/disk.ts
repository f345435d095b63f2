/**
 * A disk as a power cut finds it. What was written stays only once it was synced; a name in a folder stays only once
 * the folder was synced, whatever became of the file; a sync keeps what was done before it began.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import type { FileEvent } from './trace.ts';

/** What may have become of that which was not synced. */
export const powerCuts = ['dropped', 'half', 'torn', 'zeros', 'unnamed'] as const;
export type PowerCut = (typeof powerCuts)[number];

type Change = { at: number; bytes: Buffer } | { size: number };

interface File {
  number: number;
  durable: Buffer;
  /** How often something became durable: with `pending` it names the content. */
  syncs: number;
  /** As it is now, as long as the power stays on. */
  size: number;
  pending: Change[];
}

interface Folder {
  durable: Map<string, File | Folder>;
  present: Map<string, File | Folder>;
  /** Names that were given (or taken away) since the last sync. */
  pending: [name: string, entry: File | Folder | undefined][];
}

const isFolder = (entry: File | Folder | undefined): entry is Folder =>
  entry !== undefined && 'present' in entry;
const newFolder = (): Folder => ({ durable: new Map(), present: new Map(), pending: [] });

/** A file of an image: its bytes are made when asked for. */
export interface ImageFile {
  path: string;
  /** Two files with the same key have the same bytes. */
  key: string;
  bytes: () => Buffer;
}

export class Disk {
  readonly #root: string;
  readonly #top = newFolder();
  readonly #syncing = new Map<string, number>();
  #files = 0;
  #lastWritten: File | undefined;

  /** @param root the folder that all events lie under; it is there, and empty */
  constructor(root: string) {
    this.#root = root;
  }

  apply(event: FileEvent): void {
    switch (event.do) {
      case 'acknowledge':
        return;
      case 'make':
        if (this.#find(event.path) === undefined) this.#name(event.path, this.#newFile());
        return;
      case 'make-folder':
        this.#name(event.path, newFolder());
        return;
      case 'remove':
        this.#name(event.path, undefined);
        return;
      case 'rename': {
        const entry = this.#find(event.path);
        this.#name(event.to, entry);
        this.#name(event.path, undefined);
        return;
      }
      case 'empty':
      case 'truncate':
        this.#change(event.path, { size: event.size });
        return;
      case 'write': {
        const file = this.#file(event.path);
        this.#change(event.path, { at: event.at ?? file.size, bytes: event.bytes });
        this.#lastWritten = file;
        return;
      }
      case 'sync-begins': {
        const entry = this.#find(event.path);
        if (entry) this.#syncing.set(event.thread, entry.pending.length);
        return;
      }
      case 'sync':
        this.#sync(event.path, this.#syncing.get(event.thread));
    }
  }

  /** Whether anything is not durable, so that a cut makes a difference. */
  isAtRisk(): boolean {
    const risky = (folder: Folder): boolean =>
      folder.pending.length > 0 ||
      [...folder.present.values()].some((entry) =>
        isFolder(entry) ? risky(entry) : entry.pending.length > 0,
      );
    return risky(this.#top);
  }

  /** The files that a cut leaves, by paths from the root. */
  cut(how: PowerCut): ImageFile[] {
    const namesKept = how !== 'dropped' && how !== 'unnamed';
    const list = (folder: Folder, path: string): ImageFile[] =>
      [...(namesKept ? folder.present : folder.durable)].flatMap(([name, entry]) =>
        isFolder(entry)
          ? list(entry, join(path, name))
          : [this.#imageOf(entry, join(path, name), how)],
      );
    return list(this.#top, '');
  }

  #imageOf(file: File, path: string, how: PowerCut): ImageFile {
    const key = `${path} ${file.number} ${file.syncs}`;
    if (file.pending.length === 0) return { path, key, bytes: () => file.durable };
    const isLast = file === this.#lastWritten;
    return {
      path,
      key: how === 'dropped' ? key : `${key} ${how} ${file.pending.length} ${isLast}`,
      bytes: () => contentAfter(file, how, isLast),
    };
  }

  #newFile(): File {
    this.#files += 1;
    return { number: this.#files, durable: Buffer.alloc(0), syncs: 0, size: 0, pending: [] };
  }

  #find(path: string): File | Folder | undefined {
    let entry: File | Folder | undefined = this.#top;
    const parts = relative(this.#root, path).split('/').filter(Boolean);
    for (const part of parts) entry = isFolder(entry) ? entry.present.get(part) : undefined;
    return entry;
  }

  #file(path: string): File {
    const entry = this.#find(path);
    if (entry === undefined || isFolder(entry)) throw new Error(`the trace has no file ${path}`);
    return entry;
  }

  #name(path: string, entry: File | Folder | undefined): void {
    const folder = this.#find(dirname(path));
    if (!isFolder(folder)) throw new Error(`the trace has no folder for ${path}`);
    const name = basename(path);
    folder.pending.push([name, entry]);
    if (entry) folder.present.set(name, entry);
    else folder.present.delete(name);
  }

  #change(path: string, change: Change): void {
    const file = this.#file(path);
    file.pending.push(change);
    file.size =
      'size' in change ? change.size : Math.max(file.size, change.at + change.bytes.length);
  }

  #sync(path: string, count: number | undefined): void {
    const entry = this.#find(path);
    if (entry === undefined || count === undefined) return;
    if (!isFolder(entry)) {
      entry.durable = applied(entry.durable, entry.pending.splice(0, count));
      entry.syncs += 1;
      return;
    }
    for (const [name, named] of entry.pending.splice(0, count)) {
      if (named) entry.durable.set(name, named);
      else entry.durable.delete(name);
    }
  }
}

/** Lays an image down as files. */
export function layDown(files: readonly ImageFile[], folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { path, bytes } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes(), { mode: 0o600 });
  }
}

function contentAfter(file: File, how: PowerCut, isLast: boolean): Buffer {
  const { durable, pending } = file;
  if (how === 'dropped') return durable;
  if (how === 'half') return applied(durable, pending.slice(0, Math.ceil(pending.length / 2)));
  if (how === 'zeros') {
    const grown = pending.map((change) =>
      'size' in change ? change : { at: change.at + change.bytes.length, bytes: Buffer.alloc(0) },
    );
    return applied(durable, grown);
  }
  const last = pending.at(-1);
  if (how === 'unnamed' || !isLast || last === undefined || 'size' in last)
    return applied(durable, pending);
  const torn = { at: last.at, bytes: last.bytes.subarray(0, last.bytes.length >> 1) };
  return applied(durable, [...pending.slice(0, -1), torn]);
}

function applied(content: Buffer, changes: readonly Change[]): Buffer {
  let size = content.length;
  let sizeMax = size;
  for (const change of changes) {
    size = 'size' in change ? change.size : Math.max(size, change.at + change.bytes.length);
    sizeMax = Math.max(sizeMax, size);
  }
  const whole = Buffer.alloc(sizeMax);
  content.copy(whole);
  let end = content.length;
  for (const change of changes) {
    if ('size' in change) {
      if (change.size < end) whole.fill(0, change.size, end);
      end = change.size;
      continue;
    }
    change.bytes.copy(whole, change.at);
    end = Math.max(end, change.at + change.bytes.length);
  }
  return whole.subarray(0, end);
}
