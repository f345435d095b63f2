/** What differs between two sets of definitions, field by field, as a person wants to read it. */
import type { EventSet } from '../contract/event.ts';
import type { DraftKind, SetDiff } from '../contract/event-life.ts';

type Change = SetDiff['changes'][number];
type Named = { name: string };

/** JSON with the keys of every object in their order: equal values have equal texts. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
}

/** Changes of attributes, then of events, in the order of the later set; what is gone comes last. */
export function diffSets(
  before: Pick<EventSet, 'attributes' | 'events'>,
  after: Pick<EventSet, 'attributes' | 'events'>,
): Change[] {
  return [
    ...diffNamed('attribute', before.attributes, after.attributes),
    ...diffNamed('event', before.events, after.events),
  ];
}

function diffNamed(kind: DraftKind, before: readonly Named[], after: readonly Named[]): Change[] {
  const old = new Map(before.map((one) => [one.name, one]));
  const left = new Set(after.map(({ name }) => name));
  const moved = movedNames(
    before.map(({ name }) => name).filter((name) => left.has(name)),
    after.map(({ name }) => name).filter((name) => old.has(name)),
  );
  const present = after.flatMap((one): Change[] => {
    const { name } = one;
    const was = old.get(name);
    if (was === undefined)
      return [{ kind, name, change: 'added', fields: diffFields(undefined, one) }];
    const fields = diffFields(was, one);
    if (fields.length > 0) return [{ kind, name, change: 'changed', fields }];
    return moved.has(name) ? [{ kind, name, change: 'moved', fields: [] }] : [];
  });
  const gone = before
    .filter(({ name }) => !left.has(name))
    .map(
      (one): Change => ({
        kind,
        name: one.name,
        change: 'removed',
        fields: diffFields(one, undefined),
      }),
    );
  return [...present, ...gone];
}

function diffFields(before: object | undefined, after: object | undefined): Change['fields'] {
  const [old, now] = [Object.entries(before ?? {}), Object.entries(after ?? {})];
  const fields = [...new Set([...old, ...now].map(([field]) => field))];
  const [was, is] = [new Map(old), new Map(now)];
  return fields
    .filter((field) => field !== 'name')
    .filter((field) => canonicalJson(was.get(field)) !== canonicalJson(is.get(field)))
    .map((field) => ({
      field,
      ...(was.get(field) === undefined ? {} : { before: was.get(field) }),
      ...(is.get(field) === undefined ? {} : { after: is.get(field) }),
    }));
}

/** The fewest names that had to change their place: all but a longest run that kept its order. */
function movedNames(before: readonly string[], after: readonly string[]): Set<string> {
  const placeOf = new Map(before.map((name, place) => [name, place]));
  /** For each length of a run: the index of its last name, the one that stood foremost. */
  const ends: number[] = [];
  const cameFrom: (number | undefined)[] = [];
  const places = after.map((name) => placeOf.get(name) ?? 0);
  for (const [index, place] of places.entries()) {
    let length = ends.findIndex((end) => (places[end] ?? 0) > place);
    if (length === -1) length = ends.length;
    cameFrom[index] = length > 0 ? ends[length - 1] : undefined;
    ends[length] = index;
  }
  const moved = new Set(after);
  for (let index = ends.at(-1); index !== undefined; index = cameFrom[index])
    moved.delete(after[index] ?? '');
  return moved;
}
