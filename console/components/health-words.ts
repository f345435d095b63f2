/** The state of the server in sentences: what an alarm means and what to do, how reading stands, why hits were refused. */
import { msg, str } from '@lit/localize';
import { problemCodes } from '../../core/contract/problem.ts';
import type { AlarmCode, CommitDurations, HitCounts, Status } from '../../core/contract/status.ts';
import { counted, formatDuration, formatShare } from './number-format.ts';

export interface AlarmText {
  title: string;
  todo: string;
}

/** An alarm in words; what it is about in particular is its detail. */
export const alarmTexts: Record<AlarmCode, AlarmText> = {
  counters_broken: {
    title: msg('The counters of an hour do not add up'),
    todo: msg(
      'Keep the data folder as it is and report it: this is a fault of Canister, or of the disk.',
    ),
  },
  hits_unaccounted: {
    title: msg('Accepted hits are missing, or counted twice'),
    todo: msg(
      'Keep the data folder as it is and report it. After restoring only some files of a backup it is to be expected: start once with serve --accept-loss.',
    ),
  },
  disk_low: {
    title: msg('The disk is nearly full, and hits are refused'),
    todo: msg(
      'Make room on it. Hits are taken again by themselves, and senders send the refused ones again.',
    ),
  },
  disk_full: {
    title: msg('The disk is full'),
    todo: msg(
      'Make room on it: sessions that have ended wait in memory, and all goes on by itself.',
    ),
  },
  dataset_held: {
    title: msg('A dataset is held'),
    todo: msg(
      'Its hits are taken and wait; the other datasets go on. Mend what the sentence says.',
    ),
  },
  clock_jumped: {
    title: msg('The clock of the machine jumped'),
    todo: msg(
      'Set the clock right. If it is right now, hits confirm it, or a restart takes it at once.',
    ),
  },
  job_failed: {
    title: msg('Something that is done from time to time failed'),
    todo: msg('It is tried again by itself. If the alarm stays, the server’s log says more.'),
  },
  engine_behind: {
    title: msg('Hits wait long until they are read'),
    todo: msg('No hit is lost. If it stays so, the machine is too slow for these hits.'),
  },
  spooling: {
    title: msg('The short-term canister is full, and hits wait on the disk'),
    todo: msg('No hit is lost. Give it more memory, if this happens often.'),
  },
  notices_late: {
    title: msg('Notices of alerts cannot be delivered'),
    todo: msg(
      'They are tried again by themselves. Look at the deliveries for what the receiver says.',
    ),
  },
};

/** An alarm of a server that is newer than this console is named by its code. */
export function alarmText(code: string): AlarmText {
  const texts: Partial<Record<string, AlarmText>> = alarmTexts;
  return texts[code] ?? { title: code, todo: msg('Read the sentence, and the documentation.') };
}

export interface ReadingState {
  mark: 'live' | 'warned';
  name: string;
  meaning: string;
}

const lagMsUsual = 5_000;

/** How reading the inbox stands. */
export function readingState({
  shortTerm,
  lagMs,
  waitingHits,
}: Pick<Status, 'shortTerm' | 'lagMs' | 'waitingHits'>): ReadingState {
  if (shortTerm.spooling) {
    const high = formatShare(shortTerm.highMark, undefined, 0);
    const low = formatShare(shortTerm.lowMark, undefined, 0);
    return {
      mark: 'warned',
      name: msg('Spooling'),
      meaning: msg(
        str`The short-term canister is above ${high}. Hits are taken and wait on the disk, while the sessions that have been idle for the longest time are ended, until ${low} is reached. No hit is lost.`,
      ),
    };
  }
  if (lagMs > lagMsUsual) {
    return {
      mark: 'warned',
      name: msg('Catching up'),
      meaning: msg(
        str`Hits come faster than they are read: ${counted(waitingHits, msg('# hit waits|# hits wait'))}, the first for ${formatDuration(lagMs)}. They are safe on the disk.`,
      ),
    };
  }
  return { mark: 'live', name: msg('Reading live'), meaning: msg('Hits are read as they come.') };
}

/** What is not explained: received minus all outcomes. 0 where it adds up. */
export function unexplained(counts: HitCounts): number {
  const { received, accepted, duplicate, excluded, bad } = counts;
  return received - accepted - duplicate - excluded - bad;
}

/** The bound within which a share of the commits stayed, in seconds; undefined where it is beyond every bound. */
export function commitBound({ count, within }: CommitDurations, share: number): number | undefined {
  return within.find((bucket) => bucket.count >= count * share)?.boundSeconds;
}

const asideReasons: Partial<Record<string, string>> = {
  url_invalid: msg('The address is none that a page can have'),
  id_invalid: msg('The id is no UUID'),
  import: msg('Lines of imported logs'),
};

/** Why hits were not accepted, or set aside: a problem by its title, all else as the server says it. */
export function reasonText(reason: string): string {
  const problems: Partial<Record<string, { title: string }>> = problemCodes;
  return asideReasons[reason] ?? problems[reason]?.title ?? reason;
}
