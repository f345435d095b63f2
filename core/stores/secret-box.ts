/**
 * Seals what must be kept and never shown, such as passwords of sources. Its data key lies wrapped under the master
 * key beside those of the datasets, so that a change of the master key takes it along.
 */
import { existsSync, readFileSync } from 'node:fs';
import { unwrapKey, wrapKey } from '../canisters/seal.ts';
import type { Clock } from '../clock.ts';
import { Problem } from '../contract/problem.ts';
import type { SqlBatch } from './libsql-file.ts';
import { openDataKeys, openMasterKey } from './master-key.ts';

/** No dataset can be called so. */
const keyDataset = ':sources';
const keyDay = 'secrets';

export interface SecretBox {
  /** @param label what it is for: it opens under this label only */
  seal(text: string, label: string): Promise<Uint8Array>;
  /** @throws Problem `key_missing` when the master key is not the one that it was sealed under */
  open(sealed: Uint8Array, label: string): Promise<string>;
}

export function openSecretBox(options: {
  masterKeyFile: string;
  control: SqlBatch;
  clock: Clock;
}): SecretBox {
  const { masterKeyFile, control, clock } = options;

  /** Read anew each time: the engine may have changed the master key meanwhile. */
  async function key(): Promise<Buffer> {
    const masterKey = await openMasterKey(masterKeyFile, control);
    const next = `${masterKeyFile}.next`;
    const alsoOpens = () =>
      existsSync(next) ? Buffer.from(readFileSync(next, 'utf8').trim(), 'base64') : undefined;
    return await openDataKeys({ control, masterKey, clock, alsoOpens })(keyDataset, keyDay);
  }

  return {
    seal: async (text, label) => wrapKey(Buffer.from(text), await key(), label),
    async open(sealed, label) {
      const opened = unwrapKey(Buffer.from(sealed), await key(), label);
      if (opened !== undefined) return opened.toString();
      throw new Problem(
        'key_missing',
        'The secrets of the source do not open: they were changed, or master.key is another one. Save the source anew with its secrets.',
      );
    },
  };
}
