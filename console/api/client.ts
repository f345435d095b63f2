/**
 * The one place where the console speaks HTTP with its server: adds what a change needs, decodes JSON, and
 * turns everything that is not a success into an `ApiError`.
 */
import { msg, str } from '@lit/localize';
import { isProblemBody, type ProblemCode } from '../../core/contract/problem.ts';
import { answeredAtHeader } from '../offline/kept-answers.ts';
import { noteAnswer } from '../offline/staleness.ts';
import { serverNames } from '../texts/language.ts';
import { takeEarly } from './asked-early.ts';
import { noteServerTime } from './server-time.ts';

interface Fault {
  code: ApiErrorCode;
  status: number;
  title: string;
  detail: string;
  said?: string | undefined;
}

/** `unreachable`: no answer came. `unexpected`: an answer came that this console does not understand. */
export type ApiErrorCode = ProblemCode | 'unreachable' | 'unexpected';

/**
 * What went wrong with a request, in the reader's language: `title` says what happened, `message` more of it. Where that
 * is not the server's own English, `said` has it: it names what was meant, such as a field.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ApiErrorCode;
  /** The HTTP status; 0 where no answer came. */
  readonly status: number;
  readonly title: string;
  readonly said: string | undefined;

  constructor(fault: Fault) {
    super(fault.detail);
    this.code = fault.code;
    this.status = fault.status;
    this.title = fault.title;
    this.said = fault.said;
  }
}

export interface RequestOptions {
  signal?: AbortSignal | undefined;
  /** Sent as JSON. */
  body?: unknown;
  /** GET without a body and POST with one, unless it is named. */
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | undefined;
  /** Further headers, such as `If-Match`. */
  headers?: Readonly<Record<string, string>>;
}

/**
 * Told of what concerns the whole console: `signed-out`, `signed-in` when the same person goes on, and `right-missing`
 * when a role may have changed.
 */
export const accessNews = new EventTarget();

/**
 * Asks the server and gives the decoded JSON, which is believed to be of the type asked for; undefined
 * for an answer without content.
 * @throws ApiError for every answer but a 2xx, and for no answer; an abort is passed on as it is
 */
export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const { signal, body, method = body === undefined ? 'GET' : 'POST' } = options;
  const response = await send(path, { ...options, method });
  if (response.status === 204) return undefined as T;
  const value = await decode(response);
  if (method === 'GET') noteAnswer(path, signal, answeredAtOf(response));
  return value as T;
}

/** Asks the server and gives each line of the answer as it comes, decoded. @throws as `request` */
export async function* requestLines<T>(path: string, options: RequestOptions): AsyncGenerator<T> {
  const headers = { ...options.headers, accept: 'application/x-ndjson' };
  const { body } = await send(path, { ...options, headers });
  if (body === null) return;
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    let rest = '';
    for (;;) {
      const { done, value = '' } = await reader.read();
      const lines = (rest + value).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield JSON.parse(line) as T;
      if (done) break;
    }
    if (rest !== '') throw unexpected(0, msg('The answer ended early.'));
  } finally {
    // Whoever stops reading stops what is done for it.
    await reader.cancel().catch(() => undefined);
  }
}

/** Asks the server and gives its answer as it is. @throws as `request` */
export const requestAnswer = (path: string, options: RequestOptions) => send(path, options);

/** Asks the server and gives the bytes of the answer. @throws as `request` */
export async function requestBlob(path: string, options: RequestOptions): Promise<Blob> {
  return await (await send(path, options)).blob();
}

async function send(path: string, options: RequestOptions): Promise<Response> {
  const { signal, body, method = body === undefined ? 'GET' : 'POST' } = options;
  const headers = new Headers({ accept: 'application/json', ...options.headers });
  if (body !== undefined) headers.set('content-type', 'application/json');
  if (method !== 'GET') headers.set('x-canister', 'console');
  const init: RequestInit = { method, headers };
  if (body !== undefined) init.body = JSON.stringify(body);
  if (signal !== undefined) init.signal = signal;

  let response: Response;
  try {
    response = await ((method === 'GET' && takeEarly(path)) || fetch(path, init));
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError({
      code: 'unreachable',
      status: 0,
      title: msg('The server does not answer'),
      detail: msg('No connection to Canister could be made.'),
    });
  }
  noteServerTime(response);
  if (!response.ok) throw await errorOf(response);
  return response;
}

/** When an answer was given that this browser had kept; undefined for one that came from the server. */
function answeredAtOf({ headers }: Response): number | undefined {
  const at = Number(headers.get(answeredAtHeader) ?? 0);
  return at > 0 ? at : undefined;
}

async function decode(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    throw unexpected(response.status, msg('The answer is not JSON.'));
  }
}

async function errorOf(response: Response): Promise<ApiError> {
  const value: unknown = await response.json().catch(() => undefined);
  if (isProblemBody(value)) {
    const { code, detail, title } = value;
    if (code === 'sign_in_needed') accessNews.dispatchEvent(new Event('signed-out'));
    if (code === 'right_missing') accessNews.dispatchEvent(new Event('right-missing'));
    const names = serverNames();
    const help = names?.problemHelp[code];
    return new ApiError({
      code,
      status: response.status,
      title: names?.problem[code] ?? title,
      detail: help ?? detail,
      said: help === undefined ? undefined : detail,
    });
  }
  return unexpected(
    response.status,
    msg(str`The server answered ${response.status} without a reason.`),
  );
}

function unexpected(status: number, detail: string): ApiError {
  return new ApiError({
    code: 'unexpected',
    status,
    title: msg('The answer was not understood'),
    detail,
  });
}

/** Any thrown value as an `ApiError`, so that a page has one thing to show. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return unexpected(0, detail);
}
