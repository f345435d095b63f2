/** One run of a source: looks what is there, fetches what is new, and takes it into the dataset, merged by time. */
import type { Clock } from '../clock.ts';
import { nothingRead } from '../contract/import.ts';
import { Problem } from '../contract/problem.ts';
import { type SourceProgress, type SourceRun, sourceLimits } from '../contract/source.ts';
import type { Engine } from '../engine/engine.ts';
import type { FileMark, KeptSource, Sources } from '../settings/sources.ts';
import { type FetchOptions, type Patience, untilStop } from '../sources/fetch/fetcher.ts';
import { openFetcher } from '../sources/fetch/open-fetcher.ts';
import { indexMarks } from '../sources/file-marks.ts';
import { openSpool, type Spool } from '../sources/spool.ts';

/** Marks of files that are gone are kept so long: a file may come back. */
const marksKeptMs = 30 * 86_400_000;

export interface RunSourceOptions extends Patience {
  sources: Sources;
  engine: Pick<Engine, 'pullLogs'>;
  clock: Clock;
  spoolFolder: string;
  folders: readonly string[];
  privateNetworks: readonly string[];
  /** Why nothing more may be written to the disk of the spool. */
  diskLow: () => Promise<Problem | undefined>;
  /** Hears how far the run is. */
  tell?: (progress: Partial<SourceProgress>) => void;
}

type Outcome = Omit<SourceRun, 'number' | 'source' | 'reason' | 'startedAt' | 'endedAt'> & {
  /** There are more files than one run takes. */
  hasMore: boolean;
};

export async function runSource(kept: KeptSource, options: RunSourceOptions): Promise<Outcome> {
  const outcome: Outcome = {
    state: 'done',
    files: 0,
    fetchedBytes: 0,
    ...nothingRead,
    openHits: 0,
    problems: [],
    hasMore: false,
  };
  try {
    const spool = openSpool(options.spoolFolder);
    const tried = await fetchAll(kept, spool, options, outcome);
    // What has come stays, and the next run goes on behind it.
    if (options.signal.aborted) return { ...outcome, state: 'broken_off', problems: [] };
    options.tell?.({ doing: 'storing', file: undefined, files: outcome.files });
    const isOfUse = await takeAll(kept, spool, options, outcome);
    if (outcome.problems.length > 0)
      outcome.state = !isOfUse || tried.failed === tried.all ? 'failed' : 'partly';
  } catch (error) {
    tell(outcome, error);
    outcome.state = 'failed';
  }
  return outcome;
}

function tell(outcome: Outcome, error: unknown): void {
  const { problems } = outcome;
  if (problems.length >= sourceLimits.problemsPerRunMax) return;
  const text = error instanceof Error ? error.message : String(error);
  problems.push(text.slice(0, sourceLimits.problemLengthMax));
}

/** What went wrong with a place, which most sentences name themselves. */
function of(place: string, { message }: Error): string {
  return message.startsWith(place) ? message : `${place}: ${message}`;
}

/** Then nothing else can be fetched either. */
const isDiskLow = (error: unknown) => error instanceof Problem && error.code === 'disk_low';

/** Gives how many of the locations could not be had. @throws Problem `disk_low` */
async function fetchAll(
  { id, source }: KeptSource,
  spool: Spool,
  options: RunSourceOptions,
  outcome: Outcome,
): Promise<{ all: number; failed: number }> {
  const { sources, clock, silenceMsMax, signal, diskLow } = options;
  const fetching: FetchOptions = {
    source,
    secrets: await sources.secrets(id),
    outgoing: {
      privateNetworks: options.privateNetworks,
      setting: 'CANISTER_SOURCE_PRIVATE_NETWORKS',
    },
    folders: options.folders,
    clock,
    silenceMsMax,
    signal,
  };
  const marks = indexMarks(await sources.marks(id));
  let failed = 0;
  for (const location of source.locations) {
    if (signal.aborted) break;
    const fetcher = await openFetcher(location, fetching);
    try {
      let hasFailed = false;
      const fault = (why: Error) => {
        hasFailed = true;
        tell(outcome, of(location, why));
      };
      const found = await untilStop(fetcher.find(fault), signal, location);
      if (found.length === 0 && !hasFailed)
        tell(outcome, `${location}: there is no such file, or it is empty.`);
      hasFailed ||= found.length > 0;
      for (const file of found) {
        if (outcome.files >= sourceLimits.filesPerRunMax) {
          outcome.hasMore = true;
          break;
        }
        if (signal.aborted) break;
        options.tell?.({ file: file.name, files: outcome.files });
        let came = outcome.fetchedBytes;
        const place = {
          location,
          nowMs: clock(),
          silenceMsMax,
          signal,
          diskLow,
          came(bytes: number) {
            came += bytes;
            options.tell?.({ fetchedBytes: came });
          },
        };
        const keep = async (mark: FileMark) => {
          await sources.setMark(id, mark);
          marks.put(mark);
        };
        try {
          const done = await spool.fetch(fetcher, file, marks, place, keep);
          if (done !== undefined && done.fetchedBytes > 0) outcome.files += 1;
          outcome.fetchedBytes += done?.fetchedBytes ?? 0;
          if (done?.failure !== undefined) throw done.failure;
          hasFailed = false;
        } catch (error) {
          if (isDiskLow(error)) throw error;
          tell(outcome, of(file.name, error as Error));
        }
      }
      if (hasFailed) failed += 1;
    } catch (error) {
      if (isDiskLow(error)) throw error;
      failed += 1;
      tell(outcome, of(location, error as Error));
    } finally {
      await fetcher.close().catch(() => undefined);
    }
  }
  return { all: source.locations.length, failed };
}

/**
 * Takes all that was fetched, with what earlier runs have left because its sessions were open. Some lines of any log
 * are of no use; where all of a file are, the format, the zone or the clock is wrong.
 * @returns whether anything of it could be used; also where there was nothing to take
 */
async function takeAll(
  { id, source }: KeptSource,
  spool: Spool,
  { sources, engine, clock, diskLow }: RunSourceOptions,
  outcome: Outcome,
): Promise<boolean> {
  const nowMs = clock();
  const taken: FileMark[] = [];
  for (const mark of await sources.marks(id)) {
    const bytes = await spool.bytes(mark);
    const isWhole = !mark.isPacked || mark.stamp !== '';
    const isNews = bytes > mark.takenBytes || mark.pendingHits > 0;
    if (isWhole && isNews && bytes > 0) taken.push(mark);
    else if (bytes <= mark.takenBytes && nowMs - mark.changedAt > marksKeptMs)
      await forget(id, mark, spool, sources);
  }
  if (taken.length === 0) return true;
  const low = await diskLow();
  if (low !== undefined) throw low;
  const { summary, ends } = await engine.pullLogs(source.dataset, source.import, {
    cuts: taken.map((mark) => ({
      name: mark.name,
      path: spool.path(mark),
      linesBefore: mark.linesBefore,
      // A last line that nobody has ended for so long is one.
      isGrowing: !mark.isPacked && nowMs - mark.changedAt <= source.lateMs,
      format: mark.format,
      directive: mark.directive,
    })),
    idleAtMs: nowMs - source.lateMs,
  });
  for (const [index, mark] of taken.entries()) {
    const end = ends[index];
    if (end === undefined) continue;
    if (end.problem !== undefined) tell(outcome, `${mark.name}: ${end.problem}`);
    outcome.openHits += end.pendingHits;
    await spool.settle(mark, end, (next) => sources.setMark(id, next));
  }
  const { lines, accepted, duplicate, excluded, bad, sessions } = summary;
  Object.assign(outcome, { lines, accepted, duplicate, excluded, bad, sessions });
  const { unreadFiles, badFile } = summary;
  const list = badFile === undefined ? '' : ` All bad lines are listed in ${badFile}.`;
  for (const { file, why } of unreadFiles)
    tell(
      outcome,
      `${file}: ${why}${list} Once that is mended, bring them in with: canister import`,
    );
  const broken = ends.filter(({ problem }) => problem !== undefined);
  return bad < lines || unreadFiles.length + broken.length < taken.length;
}

async function forget(id: string, mark: FileMark, spool: Spool, sources: Sources): Promise<void> {
  await sources.removeMark(id, mark.id);
  await spool.remove(mark);
}
