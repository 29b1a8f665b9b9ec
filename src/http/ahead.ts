import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';

/** Asks `take` about each request first. What it takes, nobody else of the server hears of. */
export function ahead(server: Server, take: (request: IncomingMessage, response: ServerResponse) => boolean): void {
  const others = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    if (!take(request, response)) for (const other of others) other.call(server, request, response);
  });
}
