/** The parameters that SQL names (`$name`), without a parser, so that the console can ask too. */

/**
 * What stands for itself: texts, quoted names and comments. One without an end goes on to the end of the SQL: to look
 * for its end again at each next beginning would take for ever.
 */
const quoted =
  /[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$([A-Za-z_]\w*)?\$[\s\S]*?(?:\$\1\$|$)|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g;

/** Each once, in the order in which the SQL names them first; those without a name are numbers. */
export function parametersIn(sql: string): string[] {
  const bare = sql.replace(quoted, ' ');
  return [...new Set([...bare.matchAll(/(?<![\w$])\$(\w{1,63})/g)].map(([, name = '']) => name))];
}

/** What is wrong with the parameters that a query declares, as a sentence; undefined when they are those that it uses. */
export function faultOfParameters(sql: string, declared: readonly string[]): string | undefined {
  const used = parametersIn(sql);
  const numbered = used.find((name) => /^\d/.test(name));
  if (numbered !== undefined)
    return `The SQL uses $${numbered}. Give the parameter a name, like $from.`;
  const missing = used.filter((name) => !declared.includes(name));
  if (missing.length > 0)
    return `The SQL uses ${named(missing)}, which ${missing.length === 1 ? 'is' : 'are'} not declared. Say the type, such as ${missing[0]}:text.`;
  const idle = declared.filter((name) => !used.includes(name));
  if (idle.length === 0) return undefined;
  return `The query declares ${named(idle)}, which the SQL does not use. Use ${idle.length === 1 ? 'it' : 'them'}, or leave ${idle.length === 1 ? 'it' : 'them'} out.`;
}

const named = (names: readonly string[]) => names.map((name) => `$${name}`).join(', ');
