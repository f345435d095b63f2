/** The datasets that the reader may see, loaded once by the shell and handed to every page. */
import { createContext } from '@lit/context';
import type { Dataset } from '../../core/contract/dataset.ts';
import { lastDataset } from './last-dataset.ts';

export interface DatasetsValue {
  list: readonly Dataset[];
  /** Loads the list again, after a dataset was made. */
  reload: () => Promise<void>;
}

export const datasetsContext = createContext<DatasetsValue>('canister-datasets');

/** The dataset to open first: the last one used, else the first there is. */
export function firstDataset(list: readonly Dataset[]): Dataset | undefined {
  const last = lastDataset();
  return list.find((dataset) => dataset.slug === last) ?? list[0];
}
