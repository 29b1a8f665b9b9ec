import type { FastifyInstance } from 'fastify';

const AGAIN_MS = 50;

/**
 * Fastify ends the connections that are idle when it begins to close. One whose last answer is on its way at that moment is kept
 * alive by its client, and would keep the process from ending until it times out: so idle ones are ended until all are gone.
 */
export function endIdleConnections(fastify: FastifyInstance): void {
  fastify.addHook('preClose', async () => {
    const { server } = fastify;
    if (!server.listening) return;
    const again = setInterval(() => server.closeIdleConnections(), AGAIN_MS);
    server.once('close', () => clearInterval(again));
  });
}
