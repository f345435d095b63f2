/**
 * What the server does from time to time by itself. A command that opens the folder is soon over, and neither judges nor
 * sends: only who serves does.
 */
import type { Job } from '../core/jobs.ts';

const publishLookEveryMs = 5_000;
const alertsLookEveryMs = 1_000;
const digestsLookEveryMs = 2_000;
const sourcesLookEveryMs = 2_000;
const serverRetentionEveryMs = 3_600_000;

export function serverJobs(options: {
  isServing: () => boolean;
  publishDue: () => Promise<void>;
  lookAtAlerts: () => Promise<void>;
  makeDigests: () => Promise<void>;
  runSources: () => Promise<void>;
  applyRetention: () => Promise<void>;
}): Job[] {
  const { isServing, publishDue, lookAtAlerts, makeDigests, runSources, applyRetention } = options;
  const serving = (description: string, periodMs: number, work: () => Promise<void>): Job => ({
    description,
    periodMs,
    async run() {
      if (isServing()) await work();
    },
  });
  return [
    serving('publish the days that have changed', publishLookEveryMs, publishDue),
    serving('look at the alerts', alertsLookEveryMs, lookAtAlerts),
    // What it puts into the outbox is sent with the notices of alerts.
    serving('make the digests that are due', digestsLookEveryMs, makeDigests),
    serving('run the sources that are due', sourcesLookEveryMs, runSources),
    {
      description: 'remove what the server keeps no longer',
      periodMs: serverRetentionEveryMs,
      run: applyRetention,
    },
  ];
}
