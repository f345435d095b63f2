/** The port through which collectors know datasets. */
import type { DatasetEntry } from '../../core/contract/dataset.ts';

export interface DatasetDirectory {
  /**
   * The dataset of a write key, at once where it is known.
   * @throws Problem `inbox_failed` when the directory cannot be read
   */
  find(writeKey: string): Promise<DatasetEntry | undefined> | DatasetEntry | undefined;
}
