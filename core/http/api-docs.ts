/** /api/docs: the description of the API as a page to read, made of openapi.json. It needs no script and no other host. */
import { html, raw } from 'hono/html';

interface Schema {
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  description?: string;
  [key: string]: unknown;
}

interface Operation {
  summary?: string;
  parameters?: { name: string; in: string; required?: boolean; schema?: Schema }[];
  requestBody?: { content?: Record<string, { schema?: Schema }> };
  responses?: Record<
    string,
    { description?: string; content?: Record<string, { schema?: Schema }> }
  >;
}

/** As much of an OpenAPI document as the page reads. */
export interface ApiDescription {
  info: { title: string; version: string };
  paths?: Record<string, Record<string, Operation>>;
}

type Markup = ReturnType<typeof html>;

const methods = ['get', 'post', 'put', 'delete'];
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The headers that the page is answered with. */
export const docsHeaders = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': policy,
};

/** @returns the whole page; every text of the description stands in it as text */
export function apiDocsPage({ info, paths = {} }: ApiDescription): Markup {
  const groups = new Map<string, Markup[]>();
  for (const [path, operations] of Object.entries(paths)) {
    const group = groupOf(path);
    const shown = methods.flatMap((method) => {
      const operation = operations[method];
      return operation === undefined ? [] : [route(method, path, operation)];
    });
    groups.set(group, [...(groups.get(group) ?? []), ...shown]);
  }
  const sorted = [...groups].sort(([one], [other]) => one.localeCompare(other));
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>API of ${info.title}</title>
        <style>
          ${raw(style)}
        </style>
      </head>
      <body>
        <main>
          <h1>API of ${info.title} ${info.version}</h1>
          <p>
            All paths are under <code>/api</code>. What changes something carries the header
            <code>X-Canister: 1</code>. An API key goes into <code>Authorization: Bearer ck_…</code>. What is wrong is
            answered as <code>application/problem+json</code>. For programs: <a href="/api/openapi.json">openapi.json</a>.
          </p>
          <nav aria-label="Parts">
            ${sorted.map(([group]) => html`<a href="#${group}">${group}</a> `)}
          </nav>
          ${sorted.map(([group, routes]) => html`<h2 id="${group}">${group}</h2>${routes}`)}
        </main>
      </body>
    </html>`;
}

/** `/datasets/{slug}/alerts/rules` is of the alerts; `/users/{id}` of the users. */
function groupOf(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && !part.startsWith('{'));
  return (parts[0] === 'datasets' ? parts[1] : undefined) ?? parts[0] ?? 'api';
}

function route(method: string, path: string, operation: Operation): Markup {
  const { summary = '', parameters = [], requestBody, responses = {} } = operation;
  const body = Object.values(requestBody?.content ?? {})[0]?.schema;
  return html`<details>
    <summary>
      <b>${method.toUpperCase()}</b> <code>${path}</code> <span>${summary}</span>
    </summary>
    ${parameters.length === 0 ? '' : html`<h3>Parameters</h3><ul>${parameters.map(parameter)}</ul>`}
    ${body === undefined ? '' : html`<h3>Body</h3><pre>${typeText(body)}</pre>`}
    ${Object.entries(responses).map(([status, { description = '', content = {} }]) => {
      const schema = Object.values(content)[0]?.schema;
      return html`<h3>${status === 'default' ? 'Otherwise' : status}: ${description}</h3>
        ${schema === undefined ? '' : html`<pre>${typeText(schema)}</pre>`}`;
    })}
  </details>`;
}

const parameter = ({
  name,
  in: where,
  required,
  schema,
}: NonNullable<Operation['parameters']>[number]) =>
  html`<li><code>${name}</code> (${where}${required ? '' : ', optional'}): <code>${typeText(schema ?? {})}</code></li>`;

const depthMax = 8;

/** A schema as one reads a type: `?` stands after what may be left out. */
export function typeText(schema: Schema, depth = 0): string {
  if (depth > depthMax) return '…';
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return choices.map((one) => typeText(one, depth)).join(' | ');
  if (schema.enum !== undefined) return schema.enum.map((one) => JSON.stringify(one)).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.items !== undefined) {
    const item = typeText(schema.items, depth);
    return item.includes(' | ') ? `(${item})[]` : `${item}[]`;
  }
  if (schema.properties !== undefined) return objectText(schema, depth);
  const type = [schema.type ?? 'any'].flat().join(' | ');
  const bounds = ['minimum', 'maximum', 'minLength', 'maxLength', 'default']
    .filter((name) => schema[name] !== undefined)
    .map((name) => `${name} ${JSON.stringify(schema[name])}`);
  return bounds.length === 0 ? type : `${type} (${bounds.join(', ')})`;
}

function objectText({ properties = {}, required = [] }: Schema, depth: number): string {
  const indent = '  '.repeat(depth + 1);
  const lines = Object.entries(properties).map(([name, one]) => {
    const key = required.includes(name) ? name : `${name}?`;
    return `${indent}${key}: ${typeText(one, depth + 1)}`;
  });
  return `{\n${lines.join('\n')}\n${'  '.repeat(depth)}}`;
}

const style = `
:root { color-scheme: light dark; }
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.375rem; } h2 { margin: 2rem 0 .5rem; font-size: 1rem; } h3 { margin: .75rem 0 .25rem; font-size: .875rem; }
nav a { display: inline-block; margin-right: .75rem; }
a { color: light-dark(#0b57b0, #8ab8f5); }
details { border-top: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding: .375rem 0; }
summary { cursor: pointer; overflow-wrap: anywhere; }
summary b { display: inline-block; min-width: 4rem; font-size: .8125rem; }
summary span { display: block; margin-left: 5.25rem; opacity: .8; font-size: .875rem; }
code, pre { font: .8125rem/1.45 ui-monospace, monospace; }
pre { margin: .25rem 0; padding: .5rem .75rem; overflow-x: auto; background: color-mix(in srgb, currentColor 7%, transparent); white-space: pre-wrap; overflow-wrap: anywhere; }
`;
