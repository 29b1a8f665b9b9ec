import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Shop } from './shop.ts';

/** The shop over HTTP: its pages, `/metrics` for Prometheus, `/census` for the story, `/livez`. */
export function shopServer(shop: Shop): Server {
  return createServer((request, response) => {
    answer(shop, request, response).catch((error: unknown) => {
      console.error(error);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
}

async function answer(shop: Shop, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://shop');
  switch (pathname) {
    case '/livez':
      return sendJson(response, 200, { status: 'ok' });
    case '/census':
      return sendJson(response, 200, shop.census());
    case '/metrics': {
      const { contentType, body } = await shop.metrics.text();
      return send(response, 200, contentType, body);
    }
    default:
      return await sendPage(shop, response, pathname, searchParams.get('user'));
  }
}

async function sendPage(shop: Shop, response: ServerResponse, path: string, user: string | null): Promise<void> {
  if (user === null) return sendJson(response, 400, { error: 'who asks? add ?user=…' });
  const served = await shop.visit(path, user);
  if (served === null) return sendJson(response, 404, { error: 'no such page' });
  sendJson(response, served.failed ? 500 : 200, served);
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  send(response, status, 'application/json', JSON.stringify(body));
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
