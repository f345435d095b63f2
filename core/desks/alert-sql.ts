/** Answers what alerts ask of saved queries: in the sandbox, behind the gate and limits of all analyst SQL. */
import type { SqlFacts, SqlReading, SqlRule } from '../alerts/sql-facts.ts';
import { alertLimits } from '../contract/alert.ts';
import { Problem } from '../contract/problem.ts';
import { queryLimits, type SqlAnswer, sqlRequestSchema } from '../contract/query.ts';
import type { Parameter } from '../contract/saved-query.ts';
import type { SavedQueries } from '../settings/saved-queries.ts';
import type { SqlDesk } from './sql-desk.ts';

const minuteMs = 60_000;
const windowParameters = ['from', 'until'] as const;

export function createAlertSql(options: {
  sql: Pick<SqlDesk, 'answer'>;
  savedQueries: Pick<SavedQueries, 'get'>;
}): SqlFacts {
  const { sql, savedQueries } = options;
  return {
    async ask(slug, rule, untilMs, signal) {
      const { name, values } = rule.subject;
      const { parameters } = await savedQueries.get(slug, name);
      const given = givenTo(parameters, rule, untilMs);
      const request = sqlRequestSchema.parse({ query: name, values: { ...given, ...values } });
      return readingOf(await sql.answer(slug, request, signal), rule);
    },
    async takesWindow(slug, name) {
      const { parameters } = await savedQueries.get(slug, name);
      return windowParameters.every((one) =>
        parameters.some((declared) => isWindow(declared, one)),
      );
    },
  };
}

const isWindow = ({ name, type }: Parameter, wanted: string) =>
  name === wanted && type === 'instant';

/** The window, and whether robots count, where the query wants to know. */
function givenTo(parameters: readonly Parameter[], rule: SqlRule, untilMs: number) {
  const fromMs = untilMs - rule.windowMinutes * minuteMs;
  const given = {
    from: new Date(fromMs).toISOString(),
    until: new Date(untilMs).toISOString(),
    robots: rule.robots,
  };
  const wanted = parameters.filter(
    (one) =>
      windowParameters.some((name) => isWindow(one, name)) ||
      (one.name === 'robots' && one.type === 'boolean'),
  );
  return Object.fromEntries(
    wanted.map(({ name }) => [name, given[name as keyof typeof given]] as const),
  );
}

/** @throws Problem `alert_invalid` */
function readingOf({ columns, rows, truncated }: SqlAnswer, rule: SqlRule): SqlReading {
  const sessions = sessionsIn(columns, rows);
  if (rule.measure === 'count') {
    if (!truncated) return { rows: rows.length, sessions };
    throw invalid(
      `It gives more than ${queryLimits.rowsMax} rows. Let the SQL count them, and measure its value.`,
    );
  }
  if (rows.length > 1 || truncated)
    throw invalid(`It gives ${rows.length} rows, and a value is read from one row only.`);
  const place = columns.findIndex(({ type }) => isNumeric(type));
  if (place < 0) throw invalid('None of its columns is a number.');
  const cell = rows[0]?.[place];
  const value = cell === null || cell === undefined ? undefined : Number(cell);
  return { rows: rows.length, sessions, ...(Number.isFinite(value) && { value }) };
}

const invalid = (why: string) => new Problem('alert_invalid', why);

const isNumeric = (type: string) =>
  /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|FLOAT|DECIMAL)\b/.test(type);

function sessionsIn(columns: SqlAnswer['columns'], rows: SqlAnswer['rows']): string[] {
  const place = columns.findIndex(({ name }) => name === 'session_id');
  const ids = rows.map((row) => String(row[place] ?? '').replaceAll('-', ''));
  return [...new Set(ids.filter((id) => /^[0-9a-f]{32}$/.test(id)))].slice(
    0,
    alertLimits.sessionsNamedMax,
  );
}
