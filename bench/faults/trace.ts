/** Reads what strace wrote of a server: what it did to the files of one folder, and when it acknowledged hits. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** The calls that change files or answer clients; `read` and the like change nothing. */
export const tracedCalls =
  'open,openat,close,write,writev,pwrite64,lseek,ftruncate,fsync,fdatasync,unlink,unlinkat,rename,renameat,renameat2,mkdir,mkdirat,rmdir,dup,dup2,dup3,fallocate,pwritev,pwritev2,sendfile,copy_file_range,link,linkat,truncate';

/** Calls that this reading does not understand: meeting one on a file of the folder would make all images wrong. */
const unknownCalls = new Set(
  'dup dup2 dup3 fallocate pwritev pwritev2 sendfile copy_file_range link linkat truncate'.split(
    ' ',
  ),
);

export type FileEvent =
  | { do: 'make' | 'make-folder' | 'remove'; path: string }
  | { do: 'rename'; path: string; to: string }
  | { do: 'empty' | 'truncate'; path: string; size: number }
  /** Without `at` it goes to the end. */
  | { do: 'write'; path: string; at: number | undefined; bytes: Buffer }
  /** A sync makes durable what was done before it began. */
  | { do: 'sync-begins' | 'sync'; path: string; thread: string }
  | { do: 'acknowledge' };

interface OpenFile {
  path: string;
  appends: boolean;
  at: number;
}

/** @param folder absolute; files elsewhere are left out, and so is SQLite's shared memory, which needs no power cut */
export async function* readTrace(file: string, folder: string): AsyncGenerator<FileEvent> {
  const reading = new Reading(folder);
  const halves = new Map<string, string>();
  for await (const line of createInterface({ input: createReadStream(file, 'latin1') })) {
    const space = line.indexOf(' ');
    const thread = line.slice(0, space);
    const text = line.slice(space).trimStart();
    if (text.endsWith('<unfinished ...>')) {
      const begun = text.slice(0, -'<unfinished ...>'.length);
      halves.set(thread, begun);
      yield* reading.begins(begun, thread);
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>/.exec(text);
    if (!resumed) {
      yield* reading.begins(text, thread);
      yield* reading.ends(text, thread);
    } else yield* reading.ends((halves.get(thread) ?? '') + text.slice(resumed[0].length), thread);
  }
}

class Reading {
  readonly #folder: string;
  readonly #open = new Map<string, OpenFile>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** What counts from the moment at which a call begins: a number is free, an answer may have arrived. */
  *begins(text: string, thread: string): Generator<FileEvent> {
    const [, call = '', fd = ''] = /^(\w+)\((\d*)/.exec(text) ?? [];
    if (call === 'close') this.#open.delete(fd);
    else if ((call === 'fsync' || call === 'fdatasync') && this.#open.has(fd))
      yield { do: 'sync-begins', path: this.#pathOf(fd), thread };
    else if ((call === 'writev' || call === 'write') && !this.#open.has(fd)) {
      if (bytesOf(text).subarray(0, 12).toString('latin1') === 'HTTP/1.1 202')
        yield { do: 'acknowledge' };
    }
  }

  /** What counts once a call has come back well. */
  *ends(text: string, thread: string): Generator<FileEvent> {
    const call = /^\w+/.exec(text)?.[0] ?? '';
    const result = Number(/= (-?\d+)(?: \w+ \([^"]*\))?$/.exec(text)?.[1] ?? Number.NaN);
    if (!(result >= 0)) return;
    const paths = [...text.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, hex]) => unhex(hex ?? ''));
    const path = paths[0]?.toString() ?? '';
    const fd = /^\w+\((\d+)/.exec(text)?.[1] ?? '';
    if (call === 'openat' || call === 'open') yield* this.#opened(text, path, String(result));
    else if (call.startsWith('mkdir')) yield* this.#named({ do: 'make-folder', path });
    else if (call.startsWith('unlink') || call === 'rmdir')
      yield* this.#named({ do: 'remove', path });
    else if (call.startsWith('rename'))
      yield* this.#named({ do: 'rename', path, to: paths[1]?.toString() ?? '' });
    else yield* this.#toFile(call, fd, text, result, thread);
  }

  *#opened(text: string, path: string, fd: string): Generator<FileEvent> {
    this.#open.delete(fd);
    if (!this.#isOurs(path)) return;
    this.#open.set(fd, { path, appends: text.includes('O_APPEND'), at: 0 });
    if (text.includes('O_CREAT')) yield { do: 'make', path };
    if (text.includes('O_TRUNC')) yield { do: 'empty', path, size: 0 };
  }

  *#toFile(
    call: string,
    fd: string,
    text: string,
    result: number,
    thread: string,
  ): Generator<FileEvent> {
    const file = this.#open.get(fd);
    if (file === undefined) return;
    const { path } = file;
    if (unknownCalls.has(call)) throw new Error(`no image can be made of ${call} on ${path}`);
    if (call === 'fsync' || call === 'fdatasync') yield { do: 'sync', path, thread };
    else if (call === 'lseek') file.at = result;
    else if (call === 'ftruncate')
      yield { do: 'truncate', path, size: Number(/, (\d+)\s*\)/.exec(text)?.[1]) };
    else if (call === 'pwrite64') {
      const at = Number(/, (\d+)\s*\)\s*= \d+$/.exec(text)?.[1]);
      yield { do: 'write', path, at, bytes: bytesOf(text).subarray(0, result) };
    } else if (call === 'write' || call === 'writev') {
      const bytes = bytesOf(text).subarray(0, result);
      yield { do: 'write', path, at: file.appends ? undefined : file.at, bytes };
      file.at += result;
    }
  }

  *#named(event: Extract<FileEvent, { path: string }>): Generator<FileEvent> {
    if (!this.#isOurs(event.path)) return;
    if (event.do === 'rename')
      for (const file of this.#open.values()) if (file.path === event.path) file.path = event.to;
    yield event;
  }

  #pathOf(fd: string): string {
    return this.#open.get(fd)?.path ?? '';
  }

  #isOurs(path: string): boolean {
    const isInside = path === this.#folder || path.startsWith(`${this.#folder}/`);
    return isInside && !path.endsWith('-shm');
  }
}

/** All texts of a call, one after the other. */
const bytesOf = (text: string) =>
  Buffer.concat([...text.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, hex]) => unhex(hex ?? '')));

const unhex = (text: string) => Buffer.from(text.replaceAll('\\x', ''), 'hex');
