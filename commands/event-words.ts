/** What the commands for events say. */
import { countedNoun } from '../core/contract/counted-noun.ts';
import type {
  Backfill,
  DryRun,
  EventChange,
  EventList,
  SetDiff,
} from '../core/contract/event-life.ts';
import { alignColumns } from '../reports/run/align-columns.ts';

export function describeList({ version, events }: EventList): string {
  const rows = events.map(({ definition, state }) => [
    definition.name,
    definition.active ? state : `${state}, inactive`,
    definition.trigger,
    definition.condition.replace(/\s+/g, ' ').slice(0, 80),
  ]);
  const table = alignColumns([['name', 'state', 'trigger', 'condition'], ...rows], () => false);
  return [
    ...table,
    version === 0 ? 'In force: the standard events.' : `In force: version ${version}.`,
  ].join('\n');
}

export function describeDryRun(run: DryRun): string {
  const { event, occurrences, fired, sessionsDone, unreadable, published, faultCount, faults } =
    run;
  return [
    `"${event}" would have fired ${countedNoun(occurrences, 'time')}, in ${fired.count} of ${countedNoun(sessionsDone, 'session')}.`,
    ...(published === undefined
      ? ['It is not published.']
      : [
          `Version ${published.version} fires ${countedNoun(published.occurrences, 'time')}, in ${countedNoun(published.sessions, 'session')}: ${published.gained.count} gained, ${published.lost.count} lost.`,
          ...published.gained.sessions.map((id) => `  + ${id}`),
          ...published.lost.sessions.map((id) => `  - ${id}`),
        ]),
    ...(unreadable > 0
      ? [`${countedNoun(unreadable, 'session')} cannot be read; see: canister verify`]
      : []),
    ...(faultCount > 0 ? [`It failed ${countedNoun(faultCount, 'time')}:`] : []),
    ...faults.map(
      ({ session, hitNumber, reason }) => `  session ${session}, hit ${hitNumber}: ${reason}`,
    ),
    ...fired.sessions.map((id) => `  ${id}`),
    ...(fired.count > fired.sessions.length
      ? [`  and ${fired.count - fired.sessions.length} more`]
      : []),
  ].join('\n');
}

export function describeBackfill(run: Backfill): string {
  const { number, event, version, sessionsDone, sessionsFired, facts, unreadable } = run;
  return [
    `Backfill ${number}: "${event}" of version ${version} was run over ${countedNoun(sessionsDone, 'session')}. By it, it has ${countedNoun(facts, 'fact')} in ${sessionsFired} of them.`,
    ...(unreadable > 0
      ? [`${countedNoun(unreadable, 'session')} cannot be read; see: canister verify`]
      : []),
  ].join('\n');
}

export function describeHistory({ changes }: { changes: EventChange[] }): string {
  if (changes.length === 0) return 'Nothing was done yet.';
  const rows = changes.map(({ at, author, action, kind, name, version }) => [
    new Date(at).toISOString(),
    author,
    action.replaceAll('_', ' '),
    name === undefined ? kind : kind === 'event' ? name : `${kind} ${name}`,
    version === undefined ? '' : String(version),
  ]);
  return alignColumns([['time (UTC)', 'by', 'what', 'name', 'version'], ...rows], () => false).join(
    '\n',
  );
}

export function describeDiff({ changes }: SetDiff): string {
  if (changes.length === 0) return 'They do not differ.';
  const show = (value: unknown) => (value === undefined ? '-' : JSON.stringify(value));
  return changes
    .flatMap(({ kind, name, change, fields }) => [
      `${kind} "${name}" ${change}`,
      ...(change === 'changed'
        ? fields.map(({ field, before, after }) => `  ${field}: ${show(before)} → ${show(after)}`)
        : []),
    ])
    .join('\n');
}
