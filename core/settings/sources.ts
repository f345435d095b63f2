/** Sources, how far their files were taken, and their runs. A port over `control.db`. */
import type { Source, SourceRun, SourceSecrets } from '../contract/source.ts';

/** A source as it is kept. */
export interface KeptSource {
  id: string;
  source: Source;
  secretNames: (keyof SourceSecrets)[];
  doneUntil: number;
  failures: number;
  /** Not before this instant: it has failed. */
  retryAt: number;
}

/**
 * How far a file was taken. A file is known by its first bytes, whatever it is called: rotation only renames it.
 * Its bytes from `spoolFrom` on lie in a file of our own until the sessions of their lines are stored.
 */
export interface FileMark {
  id: string;
  /** Where it was seen last. */
  location: string;
  name: string;
  /** Its first bytes, in base64. */
  head: string;
  /** Changes when the file does: size and time, or what the server gives. */
  stamp: string;
  isPacked: boolean;
  /** Where the spooled bytes begin in the file. Packed files are spooled whole. */
  spoolFrom: number;
  /** How much of the spooled bytes was taken; what lies behind came by a fetch that was broken off. */
  takenBytes: number;
  /** The last bytes before the place from which it is fetched on, in base64: what does not fit is another file. */
  tail: string;
  linesBefore: number;
  pendingHits: number;
  /** When it last brought something new. */
  changedAt: number;
  directive?: string | undefined;
  format?: string | undefined;
}

export interface Sources {
  /** By name. */
  list(): Promise<KeptSource[]>;
  /** @throws Problem `source_unknown` */
  get(name: string): Promise<KeptSource>;
  /**
   * Puts a source in the place of the one of its name, if there is one. Without `secrets` those that it has stay.
   * @throws Problem `source_invalid` when there are too many
   */
  save(source: Source, secrets: SourceSecrets | undefined): Promise<KeptSource>;
  /** With its marks and its runs. @throws Problem `source_unknown` */
  remove(name: string): Promise<KeptSource>;
  secrets(id: string): Promise<SourceSecrets>;
  marks(id: string): Promise<FileMark[]>;
  setMark(id: string, mark: FileMark): Promise<void>;
  removeMark(id: string, markId: string): Promise<void>;
  /** Gives the number of the run. */
  beginRun(id: string, reason: SourceRun['reason']): Promise<number>;
  /** Writes what became of a run, and when the source is due again. */
  endRun(
    id: string,
    run: SourceRun,
    next: Pick<KeptSource, 'doneUntil' | 'failures' | 'retryAt'>,
  ): Promise<void>;
  /** Runs that were under way when the process ended. */
  breakOff(): Promise<void>;
  /** The newest first. */
  runs(id: string, limit: number): Promise<SourceRun[]>;
}
