/** What an import counts, and lists for whoever asked for it: each line is accepted, a duplicate, excluded or bad. */
import {
  type ExclusionRule,
  type ImportOptions,
  type ImportProgress,
  type ImportSummary,
  importLimits,
  nothingRead,
  type UnreadFile,
} from '../contract/import.ts';
import { listBadLines } from '../sources/bad-lines.ts';

type Rule = ExclusionRule | `exclusion: ${string}`;

export interface ImportTally {
  readonly progress: ImportProgress;
  /** The format that was chosen for a file, and why. */
  detected(detection: ImportSummary['detections'][number]): void;
  accepted(): void;
  duplicate(): void;
  excluded(rule: Rule): void;
  /** @param lines how many that are alike, from `line` on */
  bad(file: string, line: number, reason: string, text: string, lines?: number): void;
  /** A file that has lines, of which not one could be used. */
  unread(file: UnreadFile): void;
  /** An event has discarded a session: its hits were accepted, and count as excluded now. */
  discarded(hits: number): void;
  /** Sessions that are being stored; fewer when they could not be. */
  sessions(count: number): void;
  /** Lines of sessions that were not stored are as if they had not been read. */
  takeBack(left: { hits: number; excludedBy: ReadonlyMap<string, number> }): void;
  /** Waits while the list of bad lines is on its way to the disk. */
  ease(): Promise<void>;
  /** Ends the list of bad lines; nothing is counted after it. */
  close(): Promise<Omit<ImportSummary, 'seconds'>>;
}

/** @param badLinesFile names the list of bad lines; asked at the first of them, never in a dry run */
export function createImportTally(
  { dryRun }: Pick<ImportOptions, 'dryRun'>,
  badLinesFile: () => string,
): ImportTally {
  const progress: ImportProgress = { ...nothingRead };
  const detections: ImportSummary['detections'] = [];
  const excludedBy: ImportSummary['excludedBy'] = {};
  const badSamples: ImportSummary['badSamples'] = [];
  const unreadFiles: UnreadFile[] = [];
  const badLines = listBadLines(badLinesFile);

  function exclude(rule: Rule, hits: number): void {
    progress.excluded += hits;
    excludedBy[rule] = (excludedBy[rule] ?? 0) + hits;
  }

  return {
    progress,
    detected(detection) {
      detections.push(detection);
    },
    accepted() {
      progress.lines += 1;
      progress.accepted += 1;
    },
    duplicate() {
      progress.lines += 1;
      progress.duplicate += 1;
    },
    excluded(rule) {
      progress.lines += 1;
      exclude(rule, 1);
    },
    bad(file, line, reason, text, lines = 1) {
      progress.lines += lines;
      progress.bad += lines;
      const end = line + lines;
      for (let at = line; at < end && badSamples.length < importLimits.badSamplesMax; at += 1)
        badSamples.push({ file, line: at, reason });
      if (dryRun) return;
      for (let at = line; at < end && !badLines.isFull(); at += 1)
        badLines.add(file, at, reason, text);
    },
    unread(file) {
      unreadFiles.push(file);
    },
    discarded(hits) {
      progress.accepted -= hits;
      exclude('discarded', hits);
    },
    sessions(count) {
      progress.sessions += count;
    },
    takeBack(left) {
      progress.lines -= left.hits;
      progress.accepted -= left.hits;
      for (const [rule, hits] of left.excludedBy) {
        progress.accepted += hits;
        exclude(`exclusion: ${rule}`, -hits);
      }
    },
    ease: badLines.ease,
    async close() {
      const badFile = await badLines.close();
      return {
        ...progress,
        formats: detections.map(({ format }) => format),
        detections,
        excludedBy,
        badSamples,
        unreadFiles,
        dryRun,
        ...(badFile === undefined ? {} : { badFile }),
      };
    },
  };
}
