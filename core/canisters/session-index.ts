/**
 * The session index: values of chosen fields of ended sessions, and which sessions have them. Derived from the canister,
 * and behind it by its own cursor. This is the port; stores/ has the files.
 */
import { type ConditionSession, readValues } from '../conditions/field-values.ts';
import { findField } from '../conditions/fields.ts';
import { viewsOf } from '../conditions/highlights.ts';
import type { IndexRules } from '../contract/search.ts';

/** The field that `pageText` stands for. */
export const pageTextField = 'response.body';

/** All fields that the rules name. */
export const fieldsOf = ({ fields, pageText }: IndexRules): string[] => [
  ...new Set([...fields, ...(pageText ? [pageTextField] : [])]),
];

export const sameRules = (one: IndexRules, other: IndexRules) =>
  JSON.stringify(fieldsOf(one).sort()) === JSON.stringify(fieldsOf(other).sort());

export interface IndexedValue {
  field: string;
  value: string;
}

/** What the index takes of one session. */
export interface IndexedSession {
  id: string;
  day: string;
  values: readonly IndexedValue[];
}

/** What is looked up: the sessions with a value of the field that meets the test. */
export interface IndexLookup {
  field: string;
  /** Every such value contains one of these texts in lower case; absent where all values have to be looked at. */
  literals?: readonly string[] | undefined;
  /** Whether a value meets it; absent where containing a literal is all that is asked. */
  meets?: ((value: string) => boolean) | undefined;
  /** More values in sessions than this are not worth naming: something else finds them sooner. */
  postingsMax?: number | undefined;
}

/** For each day's segment its first offset that is not indexed. */
export type IndexedThrough = ReadonlyMap<string, number>;

export interface IndexFigures {
  sessions: number;
  values: number;
  bytes: number;
}

/** One index in one file. */
export interface IndexFile {
  readonly rules: IndexRules;
  readonly through: IndexedThrough;
  /** Adds sessions, and moves the cursor of these days, in one transaction. */
  add(sessions: readonly IndexedSession[], through: IndexedThrough): Promise<void>;
  /** Ids of the sessions, 32 hex digits; undefined where values or sessions are too many to be named. */
  find(lookup: IndexLookup): Promise<string[] | undefined>;
  /** Removes what is known of sessions of these days, down to the texts of values that no session has any more. */
  removeDays(days: readonly string[]): Promise<void>;
  figures(): Promise<IndexFigures>;
  close(): Promise<void>;
}

/** The one that answers, and the one that is made beside it. */
export interface IndexFiles {
  serving: IndexFile | undefined;
  making: IndexFile | undefined;
}

/** The index of a dataset, and the one that is made beside it. */
export interface IndexShelf {
  readonly serving: IndexFile | undefined;
  readonly making: IndexFile | undefined;
  /** Reads in the files that there are now: none of them is closed, or goes, before the work has ended. */
  read<T>(work: (files: IndexFiles) => Promise<T>): Promise<T>;
  /** Begins an index beside; one that is there already goes. */
  begin(rules: IndexRules): Promise<void>;
  /** Puts the one made beside in the place of the other. */
  promote(): Promise<void>;
  /** Removes the one made beside. */
  discard(): Promise<void>;
  /** Removes both. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** The different values of the fields in a session, each once. */
export function valuesOf(session: ConditionSession, fields: readonly string[]): IndexedValue[] {
  const found = new Map<string, IndexedValue>();
  for (const name of fields) {
    const field = findField(name);
    for (const view of viewsOf(session, field)) {
      for (const value of readValues(field.name, field.parameter, view)) {
        const one = { field: name, value: String(value) };
        found.set(`${name}\0${value}`, one);
      }
    }
  }
  return [...found.values()];
}
