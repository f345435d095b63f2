/** API keys: a role in a dataset for a program, until a day. */
import type { Clock } from '../clock.ts';
import type { ApiKey, MadeApiKey, NewApiKey } from '../contract/access.ts';
import { Problem } from '../contract/problem.ts';
import { everything } from '../contract/rights.ts';
import type { AccessStore } from './access-store.ts';
import { type Caller, entryOf } from './caller.ts';
import { hashOf, newId, newToken } from './tokens.ts';

const dayMs = 86_400_000;
const prefixLength = 10;
const usedEveryMs = 60_000;

export interface KeyDesk {
  list(): Promise<ApiKey[]>;
  create(input: NewApiKey, by: Caller): Promise<MadeApiKey>;
  /** @throws Problem `key_unknown` */
  remove(id: string, by: Caller): Promise<void>;
  /** Who a key stands for; undefined when there is none, or its day has come. */
  callerOf(key: string, address: string): Promise<Caller | undefined>;
}

export function createKeyDesk(options: {
  store: AccessStore;
  clock: Clock;
  slugs: () => Promise<readonly string[]>;
}): KeyDesk {
  const { store, clock, slugs } = options;
  return {
    list: async () => (await store.keys()).map(({ keyHash: _, ...key }) => key),
    async create({ name, role, dataset, days }, by) {
      if (dataset !== everything && !(await slugs()).includes(dataset))
        throw new Problem('dataset_unknown', `No dataset is called "${dataset}".`);
      const key = newToken('ck_');
      const made: ApiKey = {
        id: newId(),
        name,
        prefix: key.slice(0, prefixLength),
        role,
        dataset,
        createdAt: clock(),
        expiresAt: clock() + days * dayMs,
      };
      const entry = entryOf(by, 'make key', `${name} (${made.prefix}…)`, `${role} of ${dataset}`);
      await store.addKey({ ...made, keyHash: hashOf(key) }, entry);
      return { ...made, key };
    },
    async remove(id, by) {
      const known = (await store.keys()).find((key) => key.id === id);
      if (known !== undefined) {
        const entry = entryOf(by, 'delete key', `${known.name} (${known.prefix}…)`);
        if (await store.deleteKey(id, entry)) return;
      }
      throw new Problem('key_unknown', 'There is no such API key. They are at /api/api-keys.');
    },
    async callerOf(key, address) {
      const found = await store.key(hashOf(key));
      const now = clock();
      if (found === undefined || now >= found.expiresAt) return undefined;
      const { id, name, prefix, role, dataset, lastUsedAt } = found;
      if (now - (lastUsedAt ?? 0) >= usedEveryMs) await store.keyUsed(id, now);
      const actor = `key ${name} (${prefix}…)`;
      return { kind: 'key', name, actor, address, grants: [{ role, dataset }] };
    },
  };
}
