import type { Scope } from './scope.ts';

/** Until the console is here: a page that leads to what there is. */
const LANDING = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sluice</title>
<style>body { font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem }</style>
<h1>Sluice</h1>
<p>Releases that advance, hold and roll back by themselves.</p>
<ul>
<li><a href="/docs">The API, to read and to try</a></li>
<li><a href="/openapi.json">The same as OpenAPI 3.1</a></li>
<li><a href="/readyz">Whether it is ready</a></li>
<li><a href="/metrics">Metrics</a></li>
</ul>
</html>
`;

/** What the API is, for people and for generators of clients. Open: it tells nothing of this installation. */
export function documentationRoutes(scope: Scope): void {
  scope.get('/openapi.json', { schema: { hide: true } }, async () => scope.swagger());
  scope.get('/', { schema: { hide: true } }, async (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(LANDING),
  );
}
