/** An HTTP server on this machine that keeps what it is sent, and answers as a test says. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Receiver {
  url: string;
  received: Received[];
  close(): void;
}

/** @param answer the status, and where a redirect leads; undefined: no answer at all */
export async function startReceiver(
  answer: (
    request: Received,
    count: number,
  ) => { status: number; location?: string } | undefined = () => ({
    status: 204,
  }),
): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const one = {
      path: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(parts).toString(),
    };
    received.push(one);
    const said = answer(one, received.length);
    if (said === undefined) return;
    response.writeHead(said.status, said.location === undefined ? {} : { location: said.location });
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
