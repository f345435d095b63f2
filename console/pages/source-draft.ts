/** The form of a source as data: what was typed, as the input of the API. */
import {
  type LocationKind,
  locationKind,
  type Source,
  type SourceInput,
  type SourceSecrets,
} from '../../core/contract/source.ts';

/** Schedules that are offered by name; any other is typed as cron. */
export const usualSchedules = ['*/5 * * * *', '0 * * * *', '15 2 * * *'] as const;

/** Lines that are taken unless they are switched off. */
export const lineKinds = ['robots', 'staticFiles', 'errors', 'redirects'] as const;
export type LineKind = (typeof lineKinds)[number];

export interface SourceDraft {
  name: string;
  dataset: string;
  /** One a line, as are the host keys. */
  locations: string;
  /** One of the usual ones, or `cron` for that in `cron`. */
  schedule: string;
  cron: string;
  timeZone: string;
  user: string;
  password: string;
  privateKey: string;
  hostKeys: string;
  region: string;
  endpoint: string;
  lateMinutes: string;
  format: string;
  /** Kinds of lines that are taken. */
  taken: readonly LineKind[];
}

const minuteMs = 60_000;
const lines = (text: string) =>
  text
    .split('\n')
    .map((one) => one.trim())
    .filter((one) => one !== '');

export const newSourceDraft = (timeZone: string, dataset: string): SourceDraft => ({
  name: '',
  dataset,
  locations: '',
  schedule: usualSchedules[0],
  cron: usualSchedules[0],
  timeZone,
  user: '',
  password: '',
  privateKey: '',
  hostKeys: '',
  region: '',
  endpoint: '',
  lateMinutes: '60',
  format: 'auto',
  taken: lineKinds,
});

/** Secrets are never told: their fields begin empty. */
export function draftOfSource(source: Source): SourceDraft {
  const isUsual = (usualSchedules as readonly string[]).includes(source.schedule);
  return {
    ...newSourceDraft(source.timeZone, source.dataset),
    name: source.name,
    locations: source.locations.join('\n'),
    schedule: isUsual ? source.schedule : 'cron',
    cron: source.schedule,
    user: source.user ?? '',
    hostKeys: source.hostKeys.join('\n'),
    region: source.region ?? '',
    endpoint: source.endpoint ?? '',
    lateMinutes: String(source.lateMs / minuteMs),
    format: source.import.format,
    taken: lineKinds.filter((kind) => source.import[kind]),
  };
}

/** The kinds of places that the draft names: they decide what else is asked for. */
export function kindsOf({ locations }: SourceDraft): ReadonlySet<LocationKind> {
  return new Set(lines(locations).flatMap((location) => locationKind(location) ?? []));
}

/**
 * What the server takes; it says what is wrong with it.
 * @param before the source that is changed: what the form does not show of it stays
 */
export function inputOfSource(draft: SourceDraft, before: Source | undefined): SourceInput {
  const kinds = kindsOf(draft);
  const secrets: SourceSecrets = {
    ...(draft.password !== '' && { password: draft.password }),
    ...(draft.privateKey.trim() !== '' && { privateKey: `${draft.privateKey.trim()}\n` }),
  };
  const wanted = Object.fromEntries(lineKinds.map((kind) => [kind, draft.taken.includes(kind)]));
  const text = (value: string) => (value.trim() === '' ? undefined : value.trim());
  const format = draft.format.trim();
  // Keys and formats of the time go with the format that they were given for.
  const kept =
    format === before?.import.format
      ? before.import
      : { ...before?.import, fields: undefined, dateFormat: undefined, timeFormat: undefined };
  return {
    source: {
      name: draft.name.trim(),
      dataset: draft.dataset,
      locations: lines(draft.locations),
      schedule: draft.schedule === 'cron' ? draft.cron : draft.schedule,
      timeZone: draft.timeZone.trim(),
      user: text(draft.user),
      hostKeys: kinds.has('sftp') || kinds.has('ftp') ? lines(draft.hostKeys) : [],
      region: kinds.has('s3') ? text(draft.region) : undefined,
      endpoint: kinds.has('s3') ? text(draft.endpoint) : undefined,
      lateMs: Number(draft.lateMinutes) * minuteMs,
      import: { ...kept, ...wanted, format },
      paused: before?.paused ?? false,
    },
    ...(Object.keys(secrets).length > 0 && { secrets }),
  };
}
