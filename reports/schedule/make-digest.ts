/** Gathers what a digest says: the reports of each dataset, what changed, and the alerts of the period. */
import type { AlertEntry } from '../../core/contract/alert.ts';
import { dayOf, startOfDay } from '../../core/contract/calendar.ts';
import { comparisonOf } from '../../core/contract/compared-range.ts';
import type { ReportPanel, ReportResult } from '../../core/contract/report.ts';
import type { Subscription } from '../../core/contract/subscription.ts';
import { rangeOfPeriod } from '../../core/contract/subscription-words.ts';
import { type ReportRequest, type ReportSource, runReport } from '../run/run-report.ts';

/** What a digest says of one dataset. `changes` has the rows that changed beyond chance. */
export interface DigestPart {
  reports: ReportResult[];
  changes: ReportPanel;
  /** The newest first. */
  alerts: AlertEntry[];
}

export interface Digest {
  subscription: Subscription;
  dueAt: number;
  parts: DigestPart[];
}

/** The port: what a digest asks besides what reports ask. */
export interface DigestSource extends ReportSource {
  /** @throws Problem `dataset_unknown` */
  dataset(slug: string): Promise<ReportResult['dataset']>;
  /** What the alerts of a dataset did from an instant up to another one, the newest first. */
  alerts(slug: string, fromMs: number, toMs: number): Promise<AlertEntry[]>;
}

/** What was answered a moment ago: many subscriptions that are due together ask the same. */
export interface RecentAnswers {
  reports: Map<string, Promise<ReportResult>>;
  alerts: Map<string, Promise<AlertEntry[]>>;
}

export const noRecentAnswers = (): RecentAnswers => ({ reports: new Map(), alerts: new Map() });

/** Asks for what was not asked yet. */
function askOnce<T>(kept: Map<string, Promise<T>>, key: unknown, ask: () => Promise<T>) {
  const name = JSON.stringify(key);
  const answer = kept.get(name) ?? ask();
  kept.set(name, answer);
  return answer;
}

/**
 * Runs everything for the period that is over at the due time, in the time zone of each dataset.
 * @throws Problem what the reports throw, and `dataset_unknown`
 */
export async function makeDigest(
  subscription: Subscription,
  dueAt: number,
  options: { source: DigestSource; clock: () => number; recent?: RecentAnswers | undefined },
): Promise<Digest> {
  const { source, clock, recent = noRecentAnswers() } = options;
  const parts: DigestPart[] = [];
  const run = (request: ReportRequest) =>
    askOnce(recent.reports, request, () => runReport(request, { source, clock }));
  for (const slug of subscription.datasets) {
    const dataset = await source.dataset(slug);
    const range = rangeOfPeriod(subscription.period, dayOf(dueAt, dataset.timeZone));
    const { labels, period } = subscription;
    const comparison = comparisonOf(period, subscription.comparison);
    const asked = { dataset, range, comparison, labels, robots: false };
    const reports: ReportResult[] = [];
    for (const name of subscription.reports) reports.push(await run({ ...asked, name }));
    const changed = await run({ ...asked, labels: [], name: 'whats-changed' });
    const [changes] = changed.panels;
    if (changes === undefined) throw new Error('the report of changes has one panel');
    const [fromMs = 0, toMs = 0] = [range.from, range.to].map((day) =>
      startOfDay(day, dataset.timeZone),
    );
    const alerts = await askOnce(recent.alerts, [slug, fromMs, toMs], () =>
      source.alerts(slug, fromMs, toMs),
    );
    parts.push({ reports, changes, alerts });
  }
  return { subscription, dueAt, parts };
}

/** Whether a digest has something new to say: a share that changed beyond chance, or an alert. */
export function isChanged({ parts }: Digest): boolean {
  return parts.some(({ changes, alerts }) => changes.answer.rows.length > 0 || alerts.length > 0);
}
