import type { FastifyInstance } from 'fastify';

const AGAIN_MS = 50;
/** What is under way is done by then, and a supervisor still waits. */
const PATIENCE_MS = 20_000;

/**
 * Fastify ends the connections that are idle when it begins to close. One whose last answer is on its way at that moment is kept
 * alive by its client, and would keep the process from ending until it times out: so idle ones are ended until all are gone. Half a
 * request would keep it for ever, since Node stops looking at its time limits with the first `close`: so in the end all are ended.
 */
export function endConnections(fastify: FastifyInstance, patienceMs = PATIENCE_MS): void {
  fastify.addHook('preClose', async () => {
    const { server } = fastify;
    if (!server.listening) return;
    const again = setInterval(() => server.closeIdleConnections(), AGAIN_MS);
    const enough = setTimeout(() => server.closeAllConnections(), patienceMs);
    server.once('close', () => {
      clearInterval(again);
      clearTimeout(enough);
    });
  });
}
