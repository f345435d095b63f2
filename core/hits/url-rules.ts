/** The URL rules of a dataset: path and query → as figures are to show them. */
import type { UrlRules } from '../contract/hit-rules.ts';
import { usualHitRules } from '../contract/hit-rules.ts';

export interface Target {
  path: string;
  query?: string | undefined;
}

/** Gives the same object back where the rules change nothing. */
export type ChangeTarget = <T extends Target>(target: T) => T;

/** Compiles the rules. Undefined where they change nothing at all: most datasets have none. */
export function compileUrlRules(rules: UrlRules): ChangeTarget | undefined {
  const { dropTrackingInLogs: _, ...changing } = rules;
  const { dropTrackingInLogs: __, ...usual } = usualHitRules.urls;
  if (JSON.stringify(changing) === JSON.stringify(usual)) return undefined;
  const nameOf = parameterNames(rules);
  const pages = new Set(rules.defaultPages.map((page) => page.toLowerCase()));
  return (target) => {
    const path = changePath(target.path, rules.lowerCasePaths, pages);
    const query = target.query === undefined ? undefined : changeQuery(target.query, nameOf);
    if (path === target.path && query === target.query) return target;
    const changed = { ...target, path };
    if (query === undefined) delete changed.query;
    else changed.query = query;
    return changed;
  };
}

function changePath(path: string, isLower: boolean, defaultPages: ReadonlySet<string>): string {
  const cased = isLower ? path.toLowerCase() : path;
  if (defaultPages.size === 0) return cased;
  const start = cased.lastIndexOf('/') + 1;
  return defaultPages.has(cased.slice(start).toLowerCase()) ? cased.slice(0, start) : cased;
}

/** Pairs keep their order, and values are kept to the letter. */
function changeQuery(
  query: string,
  nameOf: (name: string) => string | undefined,
): string | undefined {
  const kept = query.split('&').flatMap((pair) => {
    if (pair === '') return [];
    const equals = pair.indexOf('=');
    const name = equals < 0 ? pair : pair.slice(0, equals);
    const wanted = nameOf(name);
    if (wanted === undefined) return [];
    return [wanted === name ? pair : `${wanted}${equals < 0 ? '' : pair.slice(equals)}`];
  });
  return kept.length === 0 ? undefined : kept.join('&');
}

/** The name that a parameter gets; undefined where it is dropped. */
function parameterNames(rules: UrlRules): (name: string) => string | undefined {
  const fold = (text: string) => (rules.lowerCaseParameters ? text.toLowerCase() : text);
  const renamed = new Map(
    Object.entries(rules.renameParameters).map(([from, to]) => [fold(from), to]),
  );
  const isDropped = namesMatcher(rules.dropParameters.map(fold));
  const isKept = rules.keepParameters && namesMatcher(rules.keepParameters.map(fold));
  return (given) => {
    const name = renamed.get(fold(given)) ?? fold(given);
    if (isDropped(name) || isKept?.(name) === false) return undefined;
    return name;
  };
}

function namesMatcher(names: readonly string[]): (name: string) => boolean {
  const exact = new Set(names);
  const beginnings = names.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1));
  return (name) => exact.has(name) || beginnings.some((beginning) => name.startsWith(beginning));
}
