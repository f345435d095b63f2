/** The marks of a source's files, found by place: a bucket has ten thousands of them, and each run asks for each. */
import type { FileMark } from '../settings/sources.ts';

export interface FileMarks {
  /** Those of a place first: of two that begin alike they are the likelier. */
  likeliestFirst(location: string, name: string): FileMark[];
  at(location: string, name: string): FileMark[];
  put(mark: FileMark): void;
}

const keyOf = (location: string, name: string) => `${location}\n${name}`;

export function indexMarks(marks: readonly FileMark[]): FileMarks {
  const byId = new Map<string, FileMark>();
  const byPlace = new Map<string, Map<string, FileMark>>();

  const at = (location: string, name: string) => [
    ...(byPlace.get(keyOf(location, name))?.values() ?? []),
  ];
  function put(mark: FileMark): void {
    const before = byId.get(mark.id);
    if (before !== undefined) byPlace.get(keyOf(before.location, before.name))?.delete(mark.id);
    const key = keyOf(mark.location, mark.name);
    const here = byPlace.get(key) ?? new Map<string, FileMark>();
    byPlace.set(key, here.set(mark.id, mark));
    byId.set(mark.id, mark);
  }

  for (const mark of marks) put(mark);
  return {
    at,
    put,
    likeliestFirst(location, name) {
      const here = at(location, name);
      const others = [...byId.values()].filter((mark) => !here.includes(mark));
      return [...here, ...others];
    },
  };
}
