/** Waits for the turn of an import that outlive their connections: who asks again by the same mark keeps its place. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ImportInput } from '../contract/import.ts';
import type { Engine } from '../engine/engine.ts';

/** How long a turn that has come waits for who has broken off and may ask again: the next one waits for that. */
const returnMsMax = 3_000;

interface Wait {
  begun: Promise<number>;
  /** Of those that have asked for it. */
  signals: AbortSignal[];
}

const isHeard = ({ signals }: Wait) => signals.some(({ aborted }) => !aborted);

export function createImportTurns(engine: Pick<Engine, 'beginImport' | 'abandonImport'>) {
  const waits = new Map<string, Wait>();

  /** Who went away while it waited for its turn sends nothing: the next one must not wait for that. */
  async function watch(wait: Wait, forget: () => void, returnMs: number): Promise<void> {
    const number = await wait.begun.catch(() => undefined);
    if (number !== undefined && !isHeard(wait)) await sleep(returnMs, undefined, { ref: false });
    forget();
    if (number !== undefined && !isHeard(wait)) await engine.abandonImport(number);
  }

  return {
    /**
     * Begins an import when it is its turn, and gives its number.
     * @param mark by which the same wait may be asked for again; the options are those of the first time
     */
    async begin(
      slug: string,
      input: ImportInput,
      mark: string | undefined,
      signal: AbortSignal,
    ): Promise<number> {
      const key = `${slug} ${mark}`;
      const known = mark === undefined ? undefined : waits.get(key);
      if (known !== undefined) {
        known.signals.push(signal);
        return await known.begun;
      }
      const wait: Wait = { begun: engine.beginImport(slug, input), signals: [signal] };
      if (mark !== undefined) waits.set(key, wait);
      const watched = watch(wait, () => waits.delete(key), mark === undefined ? 0 : returnMsMax);
      // An import that has ended by itself need not be abandoned.
      watched.catch(() => undefined);
      return await wait.begun;
    },
  };
}
