/** A world with one dataset, `shop`, and one source of logs, `Web`: files in a folder, or what a real server gives. */
import { mkdirSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { join } from 'node:path';
import type { z } from 'zod';
import { type SourceSecrets, sourceSchema } from '../contract/source.ts';
import type { OpenSourceDesk, SourceDeskOptions } from '../desks/source-desk.ts';
import { worldSources } from './source-desk.ts';
import { createWorld, type World } from './world.ts';

export interface SourceWorld {
  world: World;
  /** Where the logs lie; the desk may read it where the options say so. */
  folder: string;
  /** Another one may take its place. */
  desk: OpenSourceDesk;
  /** Points the source `Web` at one place, and runs it. */
  run(
    location: string,
    more?: Partial<z.input<typeof sourceSchema>>,
    secrets?: SourceSecrets,
  ): ReturnType<OpenSourceDesk['run']>;
  /** Starts a web server. Gives its address, without a path. */
  serve(answer: RequestListener): Promise<string>;
  /** Does it at the end, before the world is closed. */
  atEnd(close: () => unknown): void;
  close(): Promise<void>;
}

/** @param readsFolder lets the desk read the files of the folder; else it reads what is served only */
export async function openSourceWorld({
  readsFolder = false,
  ...options
}: Partial<SourceDeskOptions> & { readsFolder?: boolean } = {}): Promise<SourceWorld> {
  const world = await createWorld();
  await world.dataset({ slug: 'shop' });
  const folder = join(world.root, 'logs');
  mkdirSync(folder);
  const closers: (() => unknown)[] = [];
  const sources: SourceWorld = {
    world,
    folder,
    desk: worldSources(world, { folders: readsFolder ? [folder] : [], ...options }),
    async run(location, more = {}, secrets) {
      const source = { name: 'Web', dataset: 'shop', locations: [location], lateMs: 0, ...more };
      await sources.desk.save(sourceSchema.parse(source), secrets);
      return await sources.desk.run('Web');
    },
    async serve(answer) {
      const server = createServer(answer);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      closers.push(() => server.close());
      closers.push(() => server.closeAllConnections());
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    atEnd: (close) => void closers.push(close),
    async close() {
      for (const close of closers) await close();
      await world.close();
    },
  };
  return sources;
}

/** The part of a text that a request asks for by its `Range`, or all of it. */
export function askedPart({ headers }: IncomingMessage, text: string) {
  const [, first = '0', last = ''] = /bytes=(\d+)-(\d*)/.exec(headers.range ?? '') ?? [];
  const from = Number(first);
  const end = last === '' ? text.length : Math.min(text.length, Number(last) + 1);
  return {
    part: text.slice(from, end),
    contentRange: `bytes ${from}-${end - 1}/${text.length}`,
  };
}

/** A port that nothing listens at. */
export async function freePort(): Promise<number> {
  const holder = createSocketServer();
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
  const { port } = holder.address() as AddressInfo;
  await new Promise((resolve) => holder.close(resolve));
  return port;
}
