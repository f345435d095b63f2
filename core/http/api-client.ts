/**
 * How the command line reaches a data folder: through the server that owns it, or, when none runs, by opening it in
 * this process and asking the same API there.
 */
import { isProblemBody, Problem } from '../contract/problem.ts';

const ownerWaitMsMax = 10_000;
const ownerPollMs = 200;
/** How many commands may be let in before one that opens the folder at the same moment. */
const triesMax = 20;

export interface ApiClient {
  /** Asks the API; a problem it answers is thrown. */
  request(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Response>;
  json<T>(method: string, path: string, body?: unknown): Promise<T>;
  close(): Promise<void>;
}

/** What a data folder is reached by. */
export interface ApiReach {
  /** The process that owns the folder now; its port once it answers HTTP. */
  owner: () => { pid: number; port?: number } | undefined;
  /** What lets the command line into the server that owns the folder. */
  token: () => string | undefined;
  /** Opens the folder in this process. */
  openHere: () => Promise<{
    request: (path: string, init: RequestInit) => Promise<Response>;
    close: () => Promise<void>;
  }>;
}

/** @throws Problem `data_in_use` when the owner is another command that does not end */
export async function connectApi({ owner, token, openHere }: ApiReach): Promise<ApiClient> {
  for (let tries = 1; ; tries += 1) {
    const port = await portOfOwner(owner);
    if (port !== undefined) {
      const given = token();
      const proof = given === undefined ? {} : { Authorization: `Bearer ${given}` };
      const send = (path: string, init: RequestInit) =>
        fetch(`http://127.0.0.1:${port}${path}`, {
          ...init,
          headers: { ...init.headers, ...proof },
        });
      return clientOf(send, async () => {});
    }
    try {
      const { request, close } = await openHere();
      return clientOf(request, close);
    } catch (error) {
      // Another command was let in between: it is about to end.
      const isTaken = error instanceof Problem && error.code === 'data_in_use';
      if (!isTaken || tries >= triesMax) throw error;
      // Or whoever has it is not seen from here, as in another container, and may have it for long.
      if (owner() === undefined && tries > 1) throw error;
    }
  }
}

/** The port of the server that owns the folder; waits for a command that is about to end, or a server about to listen. */
async function portOfOwner(find: ApiReach['owner']): Promise<number | undefined> {
  let last: number | undefined;
  for (let waitedMs = 0; ; waitedMs += ownerPollMs) {
    const owner = find();
    if (owner === undefined || owner.port !== undefined) return owner?.port;
    // Where one command follows another, each is waited for.
    if (owner.pid !== last) waitedMs = 0;
    last = owner.pid;
    if (waitedMs >= ownerWaitMsMax) {
      throw new Problem(
        'data_in_use',
        `The data folder is in use by process ${owner.pid}, which does not answer. Wait for it, or stop it.`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, ownerPollMs));
  }
}

function clientOf(
  send: (path: string, init: RequestInit) => Promise<Response>,
  close: () => Promise<void>,
): ApiClient {
  const client: ApiClient = {
    async request(method, path, body, headers = {}) {
      const isBytes = body instanceof Uint8Array;
      const response = await send(path, {
        method,
        headers: {
          ...headers,
          'X-Canister': 'cli',
          ...(body === undefined
            ? {}
            : { 'Content-Type': isBytes ? 'application/octet-stream' : 'application/json' }),
        },
        ...(body === undefined
          ? {}
          : { body: isBytes ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body) }),
      });
      if (response.ok) return response;
      const text = await response.text();
      const problem = parseProblem(text);
      if (problem) throw problem;
      throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 200)}`);
    },
    json: async <T>(method: string, path: string, body?: unknown) =>
      (await (await client.request(method, path, body)).json()) as T,
    close,
  };
  return client;
}

function parseProblem(text: string): Problem | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return isProblemBody(body) ? new Problem(body.code, body.detail) : undefined;
  } catch {
    return undefined;
  }
}
