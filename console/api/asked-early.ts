/** What the frame needs from the server, asked before the frame itself is there. */
export const frameAddresses = ['/api/me', '/api/datasets'];

const early = new Map<string, Promise<Response>>();

/** Asks for an address; the answer waits for whoever asks for it next. */
export function askEarly(path: string): void {
  const answer = fetch(path, { headers: { accept: 'application/json' } });
  // Who takes the answer learns of its failure.
  answer.catch(() => undefined);
  early.set(path, answer);
}

/** The answer that was asked for early, once; undefined where none was. */
export function takeEarly(path: string): Promise<Response> | undefined {
  const answer = early.get(path);
  early.delete(path);
  return answer;
}
