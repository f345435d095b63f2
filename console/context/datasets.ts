/** The datasets that the reader may see, loaded once by the shell and handed to every page. */
import { createContext } from '@lit/context';
import type { Dataset } from '../../core/contract/dataset.ts';

export interface DatasetsValue {
  list: readonly Dataset[];
  /** Loads the list again, after a dataset was made. */
  reload: () => Promise<void>;
}

export const datasetsContext = createContext<DatasetsValue>('canister-datasets');

const lastKey = 'canister.last-dataset';

/** Remembers where the reader was, for the next start at `/`. */
export function rememberDataset(slug: string): void {
  localStorage.setItem(lastKey, slug);
}

/** The dataset to open first: the last one used, else the first there is. */
export function firstDataset(list: readonly Dataset[]): Dataset | undefined {
  const last = localStorage.getItem(lastKey);
  return list.find((dataset) => dataset.slug === last) ?? list[0];
}
