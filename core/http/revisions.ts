/**
 * Nobody's change is overwritten unseen. What is configured is given with its `ETag`; a change that names it in
 * `If-Match` is refused when somebody else was faster, and one with `If-None-Match: *` when there is one of that name
 * already. One table says where each is read; without these headers a change is made as it comes.
 */
import type { Context, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import { Problem } from '../contract/problem.ts';
import { retentionOf } from '../contract/retention-names.ts';
import { revisionOf } from '../contract/revision.ts';

/** Where something is read, and what of that answer it is. */
interface Kept {
  /** The address of the answer, as its route is written. */
  at: string;
  /** What is kept under the name; undefined where nothing is. */
  pick: (answer: Answer, name: string) => unknown;
}
type Answer = Record<string, unknown>;
type Named = { name: string } & Answer;

const isSame = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

/** One of a list, by its name. @param part where in the entry it stands, beside how it stands */
const inList =
  (list: string, part?: string, key = 'name') =>
  (answer: Answer, name: string): unknown => {
    const entries = (answer[list] ?? []) as Answer[];
    const all = entries.map((entry) => ({ entry, one: (part ? entry[part] : entry) as Named }));
    return all.find(({ entry, one }) => isSame(String((key === 'id' ? entry : one)[key]), name))
      ?.one;
  };

/** Events in the order of their evaluation. */
const orderOf = ({ events }: Answer): unknown => (events as Named[]).map(orderedName);
const orderedName = ({ definition }: Answer) => (definition as Named).name;

const definitions: Kept = {
  at: '/datasets/{slug}/definitions/{kind}',
  pick: inList('definitions'),
};
const alerts: Kept = { at: '/datasets/{slug}/alerts/rules', pick: inList('alerts', 'rule') };
const channels: Kept = { at: '/channels', pick: inList('channels') };
const subscriptions: Kept = { at: '/subscriptions', pick: inList('subscriptions', 'subscription') };
const sources: Kept = { at: '/sources', pick: inList('sources', 'source') };
const searches: Kept = { at: '/datasets/{slug}/searches', pick: inList('searches') };
const queries: Kept = { at: '/datasets/{slug}/queries', pick: inList('queries') };
const index: Kept = { at: '/datasets/{slug}/index', pick: ({ rules }) => rules };
const masking: Kept = { at: '/datasets/{slug}/masking', pick: (answer) => answer };
const order: Kept = { at: '/datasets/{slug}/events', pick: orderOf };
const hitRules: Kept = { at: '/datasets/{slug}/rules/hits', pick: (answer) => answer };
const dataset: Kept = {
  at: '/datasets/{slug}',
  pick: ({ name, timeZone, hosts }) => ({ name, timeZone, hosts }),
};
const retention: Kept = { at: '/datasets/{slug}', pick: (answer) => retentionOf(answer) };
const serverRetention: Kept = { at: '/retention', pick: (answer) => answer };
const recut: Kept = { at: '/datasets/{slug}/recut', pick: (answer) => answer.recut };
const whoOf = (user: unknown) => {
  const { name, email } = (user ?? {}) as Answer;
  return user === undefined ? undefined : { name, email };
};
const user: Kept = {
  at: '/users',
  pick: (answer, id) => whoOf(inList('users', undefined, 'id')(answer, id)),
};
const roles: Kept = { at: '/users', pick: inList('users', 'grants', 'id') };

/** What each route changes. */
const changes: Readonly<Record<string, Kept>> = {
  'PUT /datasets/{slug}/definitions/{kind}': definitions,
  'DELETE /datasets/{slug}/definitions/{kind}/{name}': definitions,
  'PUT /datasets/{slug}/alerts/rules': alerts,
  'DELETE /datasets/{slug}/alerts/rules/{name}': alerts,
  'PUT /channels': channels,
  'DELETE /channels/{name}': channels,
  'PUT /subscriptions': subscriptions,
  'DELETE /subscriptions/{name}': subscriptions,
  'PUT /sources': sources,
  'DELETE /sources/{name}': sources,
  'PUT /datasets/{slug}/searches/{name}': searches,
  'DELETE /datasets/{slug}/searches/{name}': searches,
  'PUT /datasets/{slug}/queries/{name}': queries,
  'DELETE /datasets/{slug}/queries/{name}': queries,
  'PUT /datasets/{slug}/index': index,
  'DELETE /datasets/{slug}/index/making': index,
  'PUT /datasets/{slug}': dataset,
  'PUT /datasets/{slug}/masking': masking,
  'PUT /users/{id}': user,
  'PUT /users/{id}/roles': roles,
  'PUT /datasets/{slug}/event-order': order,
  'PUT /datasets/{slug}/rules/hits': hitRules,
  'POST /datasets/{slug}/retention': retention,
  'PUT /retention': serverRetention,
  'POST /datasets/{slug}/recut/apply': recut,
  'DELETE /datasets/{slug}/recut': recut,
};

/** Routes that give one thing, and what of their answer its revision is of. */
const shown: Readonly<Record<string, (answer: Answer) => unknown>> = {
  'GET /datasets/{slug}/definitions/{kind}/{name}': (answer) => answer,
  'GET /datasets/{slug}/alerts/rules/{name}': ({ rule }) => rule,
  'GET /subscriptions/{name}': ({ subscription }) => subscription,
  'GET /sources/{name}': ({ source }) => source,
  'GET /datasets/{slug}/index': ({ rules }) => rules,
  'GET /datasets/{slug}/masking': (answer) => answer,
  'GET /datasets/{slug}/events': orderOf,
  'GET /datasets/{slug}/rules/hits': (answer) => answer,
  'GET /datasets/{slug}/recut': (answer) => answer.recut,
  'GET /retention': (answer) => answer,
};

/** Asks the API itself, as whoever asks now. */
type Ask = (c: Context, path: string) => Promise<Response>;

/** @param prefix under which the routes lie */
export function revisions(prefix: string, ask: Ask): MiddlewareHandler {
  const queues = new Map<string, Promise<unknown>>();

  /** One change of a kind at a time: what was looked at is still so when it is changed. */
  async function alone<T>(place: string, work: () => Promise<T>): Promise<T> {
    const before = queues.get(place) ?? Promise.resolve();
    const mine = before.then(work);
    const settled = mine.catch(() => undefined);
    queues.set(place, settled);
    try {
      return await mine;
    } finally {
      if (queues.get(place) === settled) queues.delete(place);
    }
  }

  async function read(c: Context, { pick }: Kept, path: string, name: string): Promise<unknown> {
    const response = await ask(c, path);
    if (!response.ok) return undefined;
    return pick((await response.json()) as Answer, name);
  }

  return async (c, next) => {
    const route = routeOf(c, prefix);
    const tell = shown[route];
    if (tell !== undefined) {
      await next();
      if (c.res.status === 200) setRevision(c, tell((await c.res.clone().json()) as Answer));
      return;
    }
    const kept = changes[route];
    if (kept === undefined) return await next();
    const names = namesIn(route, c, prefix);
    const path = prefix + fill(kept.at, names);
    const name = await nameOf(c, names);
    await alone(path, async () => {
      if (isGuarded(c)) check(c, await read(c, kept, path, name));
      await next();
      if (c.res.status === 200 && c.req.method !== 'DELETE')
        setRevision(c, await read(c, kept, path, name));
    });
  };
}

/** `PUT /datasets/{slug}/index`, as the table has it. */
function routeOf(c: Context, prefix: string): string {
  const method = c.req.method === 'HEAD' ? 'GET' : c.req.method;
  const found = matchedRoutes(c).find(
    (route) => route.method === method && !route.path.includes('*'),
  );
  const path = found?.path.slice(prefix.length).replace(/:(\w+)(?:\{[^}]*\})?/g, '{$1}');
  return `${method} ${path ?? ''}`;
}

/** What the address that was asked has where its route has names in braces. */
function namesIn(route: string, c: Context, prefix: string): Record<string, string> {
  const parts = c.req.path.slice(prefix.length).split('/');
  const template = route.slice(route.indexOf('/')).split('/');
  const pairs = template.flatMap((part, place) => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    return name === undefined ? [] : [[name, parts[place] ?? '']];
  });
  return Object.fromEntries(pairs) as Record<string, string>;
}

const fill = (at: string, names: Record<string, string>) =>
  at.replace(/\{(\w+)\}/g, (_all, name: string) => names[name] ?? '');

/** Who changes a thing names it in the address, or in what it is to be. */
async function nameOf(
  c: Context,
  { name: inAddress, id }: Record<string, string>,
): Promise<string> {
  const given = inAddress ?? id;
  if (given !== undefined) return decode(given);
  const body = (await c.req.json().catch(() => undefined)) as Answer | null | undefined;
  const { name } = ((body?.source ?? body) || {}) as Answer;
  return typeof name === 'string' ? name.trim() : '';
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const isGuarded = (c: Context) =>
  c.req.header('if-match') !== undefined || c.req.header('if-none-match') !== undefined;

/** @throws Problem `changed_meanwhile` */
function check(c: Context, present: unknown): void {
  const wanted = c.req.header('if-match');
  if (c.req.header('if-none-match') === '*' && present !== undefined)
    throw new Problem(
      'changed_meanwhile',
      'There is one of this name already. Choose another name, or change that one.',
    );
  if (wanted === undefined || wanted === '*') {
    if (wanted === '*' && present === undefined) refuse('It has been deleted meanwhile.');
    return;
  }
  if (present === undefined) refuse('It has been deleted meanwhile.');
  const tags = wanted.split(',').map((tag) => tag.trim().replace(/^W\//, '').replaceAll('"', ''));
  if (!tags.includes(revisionOf(present)))
    refuse('It is not as it was when you loaded it. Load it again and repeat the change.');
}

function refuse(why: string): never {
  throw new Problem('changed_meanwhile', why);
}

function setRevision(c: Context, value: unknown): void {
  if (value !== undefined) c.header('ETag', `"${revisionOf(value)}"`);
}
