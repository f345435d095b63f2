/**
 * What analyst SQL may be: one SELECT over the public views, with no function that reads outside or that the
 * engine cannot stop. It judges the parsed statement as DuckDB's `json_serialize_sql` gives it, never the text.
 */
import { Problem } from '../contract/problem.ts';
import { publicViews } from './views.ts';

interface Serialized {
  error: boolean;
  error_type?: string;
  error_message?: string;
  position?: string;
  statements?: unknown[];
}

/** Functions that read files, settings or other statements, or whose memory and time nothing bounds. */
const forbiddenFunctions =
  /^(read_|sniff_|parquet_|duckdb_|pragma_|pg_|query$|query_table$|glob$|getvariable$|getenv$|current_setting$|write_log$|parse_duckdb_log|json_execute_|json_serialize_|from_substrait|repeat$|lpad$|rpad$|bitstring$|printf$|format$|levenshtein$|editdist3$|damerau_|jaro_|jaccard$|hamming$|mismatches$|seq_scan$|summary$|sleep|nextval$|currval$|which_secret$|arrow_|pandas_|python_|test_|load_|checkpoint$|force_checkpoint$|repeat_row$|list_resize$|array_resize$|equi_width_bins$|truncate_duckdb_|storage_info|file_|st_read|iceberg_|delta_|sqlite_|postgres_|mysql_|shell|enable_|disable_|set_|import_|export_)/;

/** What may stand in FROM like a table. Others read outside, or take a table by its name, past this gate. */
const tableFunctions = new Set(['range', 'generate_series', 'unnest', 'json_each', 'json_tree']);

/** Lists of numbers are fine as tables, where they stream, but not as values, where they are held whole. */
const listMakers = /^(range|generate_series)$/;
const listLengthMax = 1_000;

const ownSchemas = new Set(['', 'main']);
/** What it tells of the views; their definitions, which it has too, name files of this machine. */
const readableInformation = new Set(['columns', 'tables', 'schemata']);

/** Names that the database finds by itself, in its catalog or as a file, where no CTE of that name is in reach. */
const foundElsewhere = /^(duckdb_|pg_|pragma_|sqlite_)|[./\\:*?]/;

/**
 * Judges a serialized statement.
 * @throws Problem `sql_invalid`, `sql_not_select` or `sql_forbidden`, saying what and where
 */
export function checkAnalystSql(serialized: string): void {
  const parsed = JSON.parse(serialized) as Serialized;
  if (parsed.error) {
    const where =
      parsed.position === undefined ? '' : ` (at character ${Number(parsed.position) + 1})`;
    if (parsed.error_type === 'parser')
      throw new Problem('sql_invalid', `${parsed.error_message}${where}`);
    throw new Problem(
      'sql_not_select',
      'Only SELECT can be run here: the data is read, never changed.',
    );
  }
  const { length = 0 } = parsed.statements ?? [];
  if (length !== 1) {
    const says = length === 0 ? 'This text has none' : `One at a time: this text has ${length}`;
    throw new Problem('sql_not_select', `Run one statement. ${says}.`);
  }
  const names = new Set(Object.keys(publicViews));
  walk(parsed.statements, (node) => collectCteNames(node, names));
  // A table function is seen before the call inside it, because a node is seen before its children.
  const inFrom = new WeakSet<Node>();
  walk(parsed.statements, (node) => checkNode(node, names, inFrom));
}

type Node = Record<string, unknown>;

function walk(value: unknown, see: (node: Node) => void): void {
  const waiting = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (Array.isArray(next)) waiting.push(...next);
    else if (typeof next === 'object' && next !== null) {
      see(next as Node);
      waiting.push(...Object.values(next));
    }
  }
}

function collectCteNames(node: Node, names: Set<string>): void {
  const map = (node.cte_map as { map?: { key: string }[] } | undefined)?.map ?? [];
  for (const { key } of map) {
    const name = key.toLowerCase();
    if (foundElsewhere.test(name))
      forbid(
        `"${key}" as a name after WITH`,
        'choose one of letters, digits and _ that does not begin as names of the database do',
      );
    names.add(name);
  }
}

function checkNode(node: Node, names: ReadonlySet<string>, inFrom: WeakSet<Node>): void {
  if (node.type === 'TABLE_FUNCTION') {
    const called = node.function as Node;
    const name = String(called.function_name).toLowerCase();
    if (!tableFunctions.has(name))
      forbid(`${name}() in FROM`, 'it does not read the views of the dataset');
    inFrom.add(called);
  }
  if (typeof node.function_name === 'string')
    checkFunction(node, node.function_name.toLowerCase(), inFrom);
  if (node.type === 'RECURSIVE_CTE_NODE') forbid('WITH RECURSIVE', 'it may never end');
  if (node.type === 'BASE_TABLE') checkTable(node, names);
  if (
    node.type === 'SHOW_REF' &&
    node.query === null &&
    !/^"?tables"?$/i.test(String(node.table_name))
  ) {
    forbid(`SHOW ${String(node.table_name)}`, 'use SHOW TABLES or DESCRIBE');
  }
}

function checkFunction(node: Node, name: string, inFrom: WeakSet<Node>): void {
  if (forbiddenFunctions.test(name))
    forbid(`the function ${name}()`, 'it reads outside the dataset or cannot be bounded');
  if (!listMakers.test(name) || inFrom.has(node)) return;
  const bounds = (node.children as Node[] | undefined)?.map((child) =>
    Number((child.value as Node | undefined)?.value),
  );
  if (!bounds?.every((bound) => Math.abs(bound) <= listLengthMax)) {
    forbid(
      `${name}() as a value`,
      `give it constant bounds up to ${listLengthMax}, or use it in FROM`,
    );
  }
}

function checkTable(node: Node, names: ReadonlySet<string>): void {
  const schema = String(node.schema_name ?? '').toLowerCase();
  const table = String(node.table_name ?? '').toLowerCase();
  const isInformation = schema === 'information_schema' && readableInformation.has(table);
  if (!(isInformation || ownSchemas.has(schema)) || node.catalog_name)
    forbid(`the table ${schema}.${table}`, `read one of the views ${viewNames}`);
  if (!isInformation && !names.has(table)) {
    throw new Problem(
      'sql_invalid',
      `There is no view called "${table}". The views are ${viewNames}.`,
    );
  }
}

const viewNames = Object.keys(publicViews).join(', ');

function forbid(what: string, why: string): never {
  throw new Problem('sql_forbidden', `The query uses ${what}: ${why}.`);
}
