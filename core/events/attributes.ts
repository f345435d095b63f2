/** Hit and step attributes: values taken out of a request, a response or a step, when a definition asks for them. */
import type { TakenValues } from '../conditions/field-values.ts';
import { queryValues } from '../conditions/field-values.ts';
import { foldCase, textOf, wellFormed } from '../conditions/folded-text.ts';
import { compilePattern, requiredLiteral } from '../conditions/pattern.ts';
import type { HitAttribute } from '../contract/event.ts';
import type { SessionHit } from '../contract/session.ts';
import { EventFailure } from './event-fault.ts';
import { compileSelection, type HtmlDocument, parseHtml } from './html.ts';
import { readNumber } from './values.ts';

/** How many values one attribute has at the most. */
const valuesMax = 100;
const takenLengthMax = 2_048;

type Step = NonNullable<SessionHit['steps']>[number];

/** A text that values are taken out of; what is made of it is made once. */
class SourceText {
  readonly text: string;
  #folded: string | undefined;
  #html: HtmlDocument | undefined;
  #json: { value: unknown } | undefined;

  constructor(text: string) {
    this.text = wellFormed(text);
  }

  get folded(): string {
    this.#folded ??= foldCase(this.text);
    return this.#folded;
  }

  get html(): HtmlDocument {
    this.#html ??= parseHtml(this.text);
    return this.#html;
  }

  /** Undefined where it is no JSON. */
  get json(): unknown {
    if (this.#json === undefined) {
      try {
        this.#json = { value: JSON.parse(this.text) };
      } catch {
        this.#json = { value: undefined };
      }
    }
    return this.#json.value;
  }
}

type TakeText = (source: SourceText) => readonly string[];

/** What an attribute looks at: a text, or named values beside it. */
interface Holder {
  source(): SourceText | undefined;
  /** What a JSON pointer looks at. */
  body(): SourceText | undefined;
  query(): string | undefined;
  form?: SessionHit['form'] | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
}

export interface CompiledAttribute {
  readonly name: string;
  readonly home: 'hit' | 'step';
  readonly side: 'request' | 'response';
  readonly part: 'value' | 'target';
  readonly masked: boolean;
  take(holder: Holder): readonly string[];
}

/** @throws Error that says what is wrong with it */
export function compileAttribute(attribute: HitAttribute): CompiledAttribute {
  const { name, home, side, part, masked, type, occurrence } = attribute;
  checkSide(attribute);
  const takeAll = compileTake(attribute);
  return {
    name,
    home,
    side,
    part,
    masked,
    take(holder) {
      const found = takeAll(holder);
      const wanted = occurrence === 'first' ? found.slice(0, 1) : found.slice(0, valuesMax);
      const cut = wanted.map((value) => value.slice(0, takenLengthMax));
      return type === 'text' ? cut : cut.flatMap(asNumberText);
    },
  };
}

function asNumberText(value: string): string[] {
  const number = readNumber(value);
  return number === undefined ? [] : [textOf(number)];
}

function checkSide({ home, side, take }: HitAttribute): void {
  const { by } = take;
  if (home === 'step' && (by === 'form' || by === 'header' || by === 'selector')) {
    throw new Error(`a step has no ${by === 'selector' ? 'HTML' : by}: take its value or target`);
  }
  if (home === 'step') return;
  if (side === 'response' && (by === 'query' || by === 'form')) {
    throw new Error(`only a request has a ${by}: set "side" to "request"`);
  }
  if (side === 'request' && by === 'selector') {
    throw new Error('selectors look at the HTML of a response: set "side" to "response"');
  }
}

function compileTake({ take, exact }: HitAttribute): (holder: Holder) => readonly string[] {
  const ofText =
    (takeText: TakeText) =>
    (holder: Holder): readonly string[] => {
      const source = holder.source();
      return source === undefined ? [] : takeText(source);
    };
  switch (take.by) {
    case 'between':
      return ofText(takeBetween(take.start, take.end, exact));
    case 'pattern':
      return ofText(takePattern(take.pattern, exact));
    case 'selector': {
      const select = compileSelection(take.selector, take.attribute);
      return ofText(({ text, html }: SourceText) => (text === '' ? [] : select(html)));
    }
    case 'pointer': {
      const path = readPointer(take.pointer);
      return (holder) => scalarsAt(holder.body()?.json, path);
    }
    case 'query':
      return (holder) => queryValues(holder.query(), take.name);
    case 'form':
      return ({ form }) => ownEntry(form, take.name) ?? [];
    case 'header': {
      const name = take.name.toLowerCase();
      return ({ headers }) => ownEntry(headers, name) ?? [];
    }
  }
}

function ownEntry<T>(record: Readonly<Record<string, T>> | undefined, key: string) {
  const value = record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
  return typeof value === 'string' ? [value] : (value as readonly string[] | undefined);
}

/** Without an end marker: the start marker itself, where it is there. */
function takeBetween(start: string, end: string | undefined, exact: boolean): TakeText {
  const [from, to] = exact ? [start, end] : [foldCase(start), end && foldCase(end)];
  return (source) => {
    const searched = exact ? source.text : source.folded;
    const found: string[] = [];
    for (let at = searched.indexOf(from); at >= 0 && found.length < valuesMax; ) {
      const begin = at + from.length;
      if (!to) found.push(source.text.slice(at, begin));
      const close = to ? searched.indexOf(to, begin) : begin;
      if (close < 0) break;
      if (to) found.push(source.text.slice(begin, close).trim());
      at = searched.indexOf(from, to ? close + to.length : begin);
    }
    return found;
  };
}

/** The first group, or the whole match where there is no group. */
function takePattern(pattern: string, exact: boolean): TakeText {
  const compiled = compilePattern(pattern, exact);
  const group = compiled.groupCount() > 0 ? 1 : 0;
  const literal = requiredLiteral(pattern);
  return (source) => {
    const { text, folded } = source;
    // A long s matches an s, so it may stand where the literal has one.
    if (literal !== undefined && !folded.includes(literal) && !folded.includes('ſ')) return [];
    const matcher = compiled.matcher(text);
    const found: string[] = [];
    while (found.length < valuesMax && matcher.find()) {
      const value = matcher.group(group);
      if (value !== null && value !== undefined) found.push(value);
    }
    return found;
  };
}

const pointerDepthMax = 32;

function readPointer(pointer: string): string[] {
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) throw new Error('a JSON pointer begins with "/"');
  const path = pointer.slice(1).split('/');
  if (path.length > pointerDepthMax) throw new Error('the JSON pointer is too long');
  return path.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** What is there as text; the members of a list one by one. */
function scalarsAt(json: unknown, path: readonly string[]): string[] {
  let at = json;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return [];
    at = (at as Record<string, unknown>)[key];
  }
  return (Array.isArray(at) ? at : [at]).flatMap((value: unknown) =>
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? [textOf(value)]
      : [],
  );
}

/** The values of one hit and its steps, each taken when it is first asked for. */
export class HitValues implements TakenValues {
  readonly #attributes: ReadonlyMap<string, CompiledAttribute>;
  readonly #hit: SessionHit;
  readonly #failed: (attribute: string, reason: string) => void;
  readonly #taken = new Map<string, readonly string[]>();
  readonly #sources = new Map<string, SourceText>();
  #step: Step | undefined;
  readonly #ofStep = new Map<string, readonly string[]>();

  /** @param failed gets an attribute that cannot be taken, which then has no value */
  constructor(
    attributes: ReadonlyMap<string, CompiledAttribute>,
    hit: SessionHit,
    failed: (attribute: string, reason: string) => void,
  ) {
    this.#attributes = attributes;
    this.#hit = hit;
    this.#failed = failed;
  }

  ofHit(name: string): readonly string[] {
    return this.#once(this.#taken, name, (attribute) => this.#holder(attribute.side));
  }

  ofStep(name: string, step: Step): readonly string[] {
    if (this.#step !== step) {
      this.#step = step;
      this.#ofStep.clear();
    }
    return this.#once(this.#ofStep, name, ({ part }) => stepHolder(step[part]));
  }

  #once(
    known: Map<string, readonly string[]>,
    name: string,
    holderOf: (attribute: CompiledAttribute) => Holder,
  ): readonly string[] {
    let values = known.get(name);
    if (values !== undefined) return values;
    const attribute = this.#attributes.get(name);
    try {
      values = attribute?.take(holderOf(attribute)) ?? [];
    } catch (error) {
      values = [];
      const isExpected = error instanceof EventFailure || error instanceof RangeError;
      this.#failed(name, `${isExpected ? '' : 'fault: '}${(error as Error).message}`.slice(0, 200));
    }
    known.set(name, values);
    return values;
  }

  #holder(side: 'request' | 'response'): Holder {
    const hit = this.#hit;
    const once = (key: string, make: () => string | undefined) => () => {
      let known = this.#sources.get(key);
      const text = known === undefined ? make() : undefined;
      if (text !== undefined) {
        known = new SourceText(text);
        this.#sources.set(key, known);
      }
      return known;
    };
    if (side === 'response') {
      const source = once('response', () => hit.responseBody);
      return {
        source,
        body: source,
        query: () => undefined,
        headers: hit.responseHeaders,
      };
    }
    return {
      source: once('request', () => requestText(hit)),
      body: once('request.body', () => hit.requestBody),
      query: () => hit.query,
      form: hit.form,
      headers: hit.requestHeaders,
    };
  }
}

/** Method and address; behind them, where a body was captured, that body. */
function requestText({ method, host, path, query, requestBody }: SessionHit): string {
  const address = `${method} ${host}${path}${query === undefined ? '' : `?${query}`}`;
  return requestBody === undefined ? address : `${address}\n${requestBody}`;
}

function stepHolder(text: string | undefined): Holder {
  const source = () => (text === undefined ? undefined : new SourceText(text));
  return {
    source,
    body: source,
    query: () => text?.split('#', 1)[0]?.split('?').slice(1).join('?'),
  };
}
