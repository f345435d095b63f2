/** How the process of a server ends: told to stop, or because a part of it failed. In both cases the rest ends in order. */
import { Problem } from '../core/contract/problem.ts';
import type { Log } from '../core/log.ts';

const exitFailed = 1;
const exitPartFailed = 70;
/** What has failed may keep others from ending. */
const endMsMax = 10_000;

export interface ProcessEnd {
  /** Stops as told. */
  stop(): void;
  /** Stops because a part has failed. */
  fatal(why: Error): void;
  isUnderWay(): boolean;
}

/** @param close ends all parts, each also where others fail */
export function createProcessEnd(log: Log, close: () => Promise<void>): ProcessEnd {
  let underWay = false;

  function fatal(why: Error): void {
    // A problem says itself what to do.
    const next = why instanceof Problem ? '' : '\nWhat was acknowledged is stored. Start it again.';
    log(
      'error',
      'part_failed',
      `Canister stops, because a part of it failed: ${why.message}${next}`,
    );
    const exit = () => process.exit(exitPartFailed);
    if (underWay) exit();
    underWay = true;
    setTimeout(exit, endMsMax);
    // A process that exits in the midst of calls into DuckDB is aborted by them.
    close().then(exit, exit);
  }

  return {
    stop() {
      if (underWay) return;
      underWay = true;
      log('info', 'stopping', 'Stopping: storing what has ended …');
      close().then(
        () => {
          log('info', 'stopped', 'Stopped.');
          process.exit(0);
        },
        (error: Error) => {
          if (!(error instanceof Problem)) fatal(error);
          log('error', 'stopped', `Stopped, but not all was stored: ${error.message}`);
          process.exit(exitFailed);
        },
      );
    },
    fatal,
    isUnderWay: () => underWay,
  };
}
