/** Which lines of a log an import leaves out, and under which rule they are counted. */
import type { ExclusionRule, ImportOptions } from '../contract/import.ts';
import { isAsset } from '../hits/asset-path.ts';
import { technologyOf } from '../hits/user-agent.ts';
import type { LogLine } from './formats/log-line.ts';

/** The rule under which a line is left out, or undefined when it is taken. */
export type LineFilter = (line: LogLine) => ExclusionRule | undefined;

type Matcher = (text: string) => boolean;

/** The path of a target, without its query. */
export function pathOf(target: string): string {
  const mark = target.indexOf('?');
  return mark < 0 ? target : target.slice(0, mark);
}

/** Makes the filter of an import. The first rule that fits counts; without any rule there is nothing to ask. */
export function lineFilter(options: ImportOptions): LineFilter {
  const rules = rulesOf(options);
  if (rules.length === 0) return () => undefined;
  return (line) => rules.find(({ leavesOut }) => leavesOut(line))?.name;
}

interface Rule {
  name: ExclusionRule;
  leavesOut: (line: LogLine) => boolean;
}

function rulesOf(options: ImportOptions): Rule[] {
  const { olderThan, newerThan } = options;
  const path = choice(options.includePaths, options.excludePaths);
  const host = choice(
    options.includeHosts.map((one) => one.toLowerCase()),
    options.excludeHosts.map((one) => one.toLowerCase()),
  );
  const agent = matcher(options.excludeAgents.map((text) => `*${text.toLowerCase()}*`));
  const rules: (Rule | false)[] = [
    olderThan !== undefined && { name: 'older', leavesOut: ({ at }) => at < olderThan },
    newerThan !== undefined && { name: 'newer', leavesOut: ({ at }) => at >= newerThan },
    host !== undefined && { name: 'host', leavesOut: (line) => !host(line.host ?? '') },
    path !== undefined && { name: 'path', leavesOut: (line) => !path(pathOf(line.target)) },
    agent !== undefined && {
      name: 'agent',
      leavesOut: ({ userAgent }) => agent(userAgent.toLowerCase()),
    },
    !options.errors && { name: 'error', leavesOut: ({ status }) => status >= 400 },
    !options.redirects && {
      name: 'redirect',
      leavesOut: ({ status }) => status >= 300 && status < 400 && status !== 304,
    },
    !options.staticFiles && {
      name: 'static',
      leavesOut: ({ target }) => isAsset(pathOf(target)),
    },
    !options.robots && {
      name: 'robot',
      leavesOut: ({ userAgent }) => technologyOf(userAgent).device === 'robot',
    },
  ];
  return rules.filter((rule) => rule !== false);
}

/** Says whether a text is wanted: one of the included where there are some, and none of the excluded. */
function choice(included: readonly string[], excluded: readonly string[]): Matcher | undefined {
  const isIncluded = matcher(included);
  const isExcluded = matcher(excluded);
  if (isIncluded === undefined && isExcluded === undefined) return undefined;
  return (text) => (isIncluded?.(text) ?? true) && !isExcluded?.(text);
}

function matcher(patterns: readonly string[]): Matcher | undefined {
  if (patterns.length === 0) return undefined;
  const all = patterns.map(wildcard);
  return (text) => all.some((matches) => matches(text));
}

/** `*` stands for anything. Each part is looked for once, from the left, so that no pattern takes long. */
export function wildcard(pattern: string): Matcher {
  const parts = pattern.split('*');
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  if (parts.length === 1) return (text) => text === pattern;
  const inner = parts.slice(1, -1);
  return (text) => {
    if (!text.startsWith(first)) return false;
    let at = first.length;
    for (const part of inner) {
      const found = text.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return text.length - last.length >= at && text.endsWith(last);
  };
}
