/** A new data folder for each test of a file: servers are started on it, and commands run on it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { type CommandResult, type Product, runCommand, startProduct } from './product.ts';

export interface DataFolder {
  /** Where a test lays its own files; the data folder is within. */
  folder: string;
  data: string;
  /** Starts a server that is stopped after the test, whatever becomes of it. */
  start(): Promise<Product>;
  command(...args: string[]): Promise<CommandResult>;
  /** Gives the write key. */
  createDataset(slug: string): Promise<string>;
  query<T>(slug: string, sql: string): Promise<T[]>;
}

/** Opens and closes it around each test of the file that calls this. */
export function dataFolder(environment: Record<string, string> = {}): DataFolder {
  let products: Product[] = [];
  const command = (...args: string[]) => runCommand([...args, '--data', opened.data]);

  /** @throws with the words of a command that failed */
  async function json<T>(...args: string[]): Promise<T> {
    const { code, out, notes } = await command(...args, '--json');
    if (code !== 0) throw new Error(notes);
    return JSON.parse(out) as T;
  }

  const opened: DataFolder = {
    folder: '',
    data: '',
    command,
    async start() {
      const product = await startProduct({ data: opened.data, environment });
      products.push(product);
      return product;
    },
    createDataset: async (slug) =>
      (await json<{ writeKey: string }>('dataset', 'create', slug)).writeKey,
    query: async (slug, sql) => await json('query', sql, '--dataset', slug),
  };

  beforeEach(() => {
    opened.folder = mkdtempSync(join(tmpdir(), 'canister-folder-'));
    opened.data = join(opened.folder, 'data');
  });

  afterEach(async () => {
    for (const product of products) await product.stop();
    products = [];
    rmSync(opened.folder, { recursive: true, force: true });
  });

  return opened;
}
