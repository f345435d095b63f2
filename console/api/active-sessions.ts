/**
 * The active sessions as a stream. The browser's EventSource comes back by itself after a broken line, but gives
 * up after a refusal: then the reason is asked for once by an ordinary request, and the stream is tried again.
 */
import type { ActiveSessions } from '../../core/contract/session.ts';
import { type ApiError, asApiError, request } from './client.ts';
import { datasetPath } from './datasets.ts';

export type StreamState = 'connecting' | 'live' | 'reconnecting';

export interface ActiveSessionsListener {
  sessions(value: ActiveSessions): void;
  state(state: StreamState): void;
  /** The server refuses; the stream goes on trying. */
  refused(error: ApiError): void;
}

const retryMs = 3_000;

/** Opens the stream; the function given back ends it. */
export function openActiveSessions(slug: string, listener: ActiveSessionsListener): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closed = false;
  let isShown = false;

  function connect() {
    source = new EventSource(`${datasetPath(slug)}/sessions/active/stream`);
    source.addEventListener('open', () => listener.state('live'));
    source.addEventListener('sessions', (event) => {
      listener.state('live');
      isShown = true;
      listener.sessions(JSON.parse(event.data) as ActiveSessions);
    });
    source.addEventListener('error', () => {
      listener.state('reconnecting');
      if (source?.readyState === EventSource.CLOSED) void askAndReturn();
      // The browser goes on trying in silence: who has seen nothing yet is told what is wrong.
      else if (!isShown) void askWhy();
    });
  }

  async function askWhy() {
    try {
      const value = await request<ActiveSessions>(`${datasetPath(slug)}/sessions/active?limit=100`);
      if (!closed) listener.sessions(value);
    } catch (error) {
      if (!closed) listener.refused(asApiError(error));
    }
  }

  async function askAndReturn() {
    await askWhy();
    if (!closed) timer = setTimeout(connect, retryMs);
  }

  listener.state('connecting');
  connect();
  return () => {
    closed = true;
    clearTimeout(timer);
    source?.close();
  };
}
