/**
 * What may follow at a place in the text of a condition. It reads only what stands just before the place: the whole
 * is understood by the server, which is asked while somebody types.
 */
import { msg } from '@lit/localize';
import type { Completion } from '../../core/contract/event-life.ts';
import { fieldMeaning } from '../texts/server-names.ts';

type FieldEntry = Completion['fields'][number];

export interface Suggestion {
  /** What is put into the text. */
  insert: string;
  label: string;
  /** What it means, or what kind of thing it is. */
  about: string;
}

export interface Suggestions {
  /** The piece of the text that a suggestion takes the place of. */
  from: number;
  to: number;
  list: readonly Suggestion[];
}

export interface CompletionNames extends Completion {
  /** Fields that the index holds; empty for events. */
  indexed: readonly string[];
}

const listMax = 40;
const nothingFits: readonly Suggestion[] = [];

/**
 * @param at where the caret is
 * @param isAsked somebody wants the list; else it stays away behind a value that may be the last one, where it would
 *   only cover the button that sends
 */
export function suggest(
  text: string,
  at: number,
  names: CompletionNames,
  isAsked = false,
): Suggestions {
  const before = text.slice(0, at);
  const quote = openQuote(before);
  if (quote !== undefined) return inText(text, at, quote, names);
  const typed = /(?:[A-Za-z_][\w.-]*|[!<>=]+)$/.exec(before)?.[0] ?? '';
  const from = at - typed.length;
  const left = text.slice(0, from).trimEnd();
  const isBehindValue = typed === '' && /["\d)]$/.test(before);
  const list = isBehindValue && !isAsked ? nothingFits : narrowed(expected(left, names), typed);
  return { from, to: at, list };
}

/** The place of a quote that was opened and not closed. */
function openQuote(before: string): number | undefined {
  let opened: number | undefined;
  for (let at = 0; at < before.length; at += 1) {
    if (opened !== undefined && before[at] === '\\') at += 1;
    else if (before[at] === '"') opened = opened === undefined ? at : undefined;
  }
  return opened;
}

/** Within quotes only names of events are known. */
function inText(text: string, at: number, quote: number, names: CompletionNames): Suggestions {
  const typed = text.slice(quote + 1, at);
  const isEvent = /\bevent\s*$/i.test(text.slice(0, quote));
  const closes = /^[^"\n]*"/.exec(text.slice(at))?.[0].length ?? 0;
  const list = isEvent ? narrowed(events(names), typed) : nothingFits;
  return { from: quote, to: at + closes, list };
}

const events = ({ events }: CompletionNames): Suggestion[] =>
  events.map((name) => ({ insert: `"${name}" `, label: name, about: msg('event') }));

/** What may stand behind `left`. */
function expected(left: string, names: CompletionNames): Suggestion[] {
  const word = /[A-Za-z_][\w.-]*$/.exec(left)?.[0] ?? '';
  const lower = word.toLowerCase();
  if (lower === 'event') return events(names);
  if (left === '' || /[(,]$/.test(left) || ['and', 'or', 'not', 'then'].includes(lower)) {
    return [...fields(names), ...beginnings];
  }
  const field = fieldOf(left, word, names);
  if (field !== undefined) return operators(field, names);
  if (/(?:=|!=)$/.test(left)) return values(left, names);
  if (/(?:["\d)]|\b(?:true|false|exists|empty|exact|seconds|minutes|hours|days|ms))$/i.test(left)) {
    return continuations;
  }
  return [];
}

const beginnings: Suggestion[] = [
  { insert: 'event "', label: 'event "…"', about: msg('it fired in the session') },
  {
    insert: 'count(',
    label: 'count(…)',
    about: msg('how often an event fired, or hits there are'),
  },
  { insert: 'any hit (', label: 'any hit (…)', about: msg('one hit meets all of it') },
  { insert: 'no hit (', label: 'no hit (…)', about: msg('no hit meets it') },
  { insert: 'any step (', label: 'any step (…)', about: msg('one step meets all of it') },
  { insert: 'not ', label: 'not', about: msg('the opposite') },
];

const continuations: Suggestion[] = [
  { insert: 'and ', label: 'and', about: msg('both hold') },
  { insert: 'or ', label: 'or', about: msg('one of them holds') },
  { insert: 'then ', label: 'then', about: msg('behind an event: what came after it') },
  { insert: 'within ', label: 'within', about: msg('behind "then": how soon, such as 30 minutes') },
];

const familyEnd = '.NAME';

function fields({
  fields,
  indexed,
  sessionAttributes,
  hitAttributes,
}: CompletionNames): Suggestion[] {
  const known = [
    ...indexed.map((name) => ({ name, about: msg('in the index') })),
    ...sessionAttributes.map((name) => ({
      name: `attribute.${name}`,
      about: msg('session attribute'),
    })),
    ...hitAttributes.map(({ name, home }) => ({
      name: `${home}_attribute.${name}`,
      about: home === 'hit' ? msg('hit attribute, for events') : msg('step attribute, for events'),
    })),
  ].map(({ name, about }) => ({ insert: `${name} `, label: name, about }));
  const listed = fields
    .filter(({ home, name }) => home !== 'event' && !indexed.includes(name))
    .map(({ name, meaning }) => {
      const isFamily = name.endsWith(familyEnd);
      const insert = isFamily ? name.slice(0, -familyEnd.length + 1) : `${name} `;
      return { insert, label: name, about: fieldMeaning(name, meaning) };
    });
  return [...known, ...listed];
}

function fieldOf(left: string, word: string, names: CompletionNames): FieldEntry | undefined {
  const quoted = /([A-Za-z_][\w.]*\.)"[^"]*"$/.exec(left)?.[1];
  const name = quoted === undefined ? word : `${quoted}x`;
  return names.fields.find((field) =>
    field.name.endsWith(familyEnd)
      ? name.startsWith(field.name.slice(0, -familyEnd.length + 1)) &&
        !names.fields.some((other) => other.name === name)
      : field.name === name,
  );
}

const comparisons = new Set(['=', '!=', '<', '<=', '>', '>=']);

function operators({ type }: FieldEntry, names: CompletionNames): Suggestion[] {
  const fits = (operator: string) => {
    if (operator === '=' || operator === '!=' || operator === 'exists') return true;
    if (type === 'boolean') return false;
    if (operator === 'in') return true;
    if (operator === 'between' || comparisons.has(operator)) return type !== 'text';
    return type === 'text';
  };
  return names.operators.filter(fits).map((operator) => ({
    insert: operator === 'in' ? 'in (' : `${operator} `,
    label: operator === 'in' ? 'in (…)' : operator,
    about: type,
  }));
}

/** Behind `=`: only of a yes or no is it known what there is. */
function values(left: string, names: CompletionNames): Suggestion[] {
  const name = /([A-Za-z_][\w.-]*)\s*!?=$/.exec(left)?.[1] ?? '';
  if (fieldOf('', name, names)?.type !== 'boolean') return [];
  return ['true', 'false'].map((value) => ({
    insert: `${value} `,
    label: value,
    about: msg('yes or no'),
  }));
}

/** Those that fit what was typed: names that begin so first, then parts of names, then any place. */
function narrowed(all: readonly Suggestion[], typed: string): readonly Suggestion[] {
  const asked = typed.toLowerCase();
  const rank = ({ label }: Suggestion) => {
    const name = label.toLowerCase();
    if (name.startsWith(asked)) return 0;
    if (name.split(/[._ ]/).some((part) => part.startsWith(asked))) return 1;
    return name.includes(asked) ? 2 : 3;
  };
  const ranked = all.map((one) => ({ one, rank: rank(one) })).filter(({ rank }) => rank < 3);
  const found = ranked.sort((a, b) => a.rank - b.rank).map(({ one }) => one);
  // What is already written out needs no list.
  if (found.length === 1 && found[0]?.label.toLowerCase() === asked) return nothingFits;
  return found.slice(0, listMax);
}
