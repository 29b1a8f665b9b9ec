import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';

/**
 * Asks `take` about each request first; what it takes, the framework does not hear of. Where one name stands for several addresses, that
 * is the first of them: the framework opens servers of its own for the others, and answers there all by itself.
 */
export function ahead(server: Server, take: (request: IncomingMessage, response: ServerResponse) => boolean): void {
  const others = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    if (!take(request, response)) for (const other of others) other.call(server, request, response);
  });
}
