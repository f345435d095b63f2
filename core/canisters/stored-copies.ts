/** Copies of what is stored of a dataset, for a backup. Each goes into another data folder, named by its root. */
export interface StoredCopies {
  /** Copies the segments that the other folder has not, or has as they were: it may be called twice. */
  segments(root: string): Promise<void>;
  tables(root: string): Promise<void>;
}
