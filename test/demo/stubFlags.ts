import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bucketOf } from '../../src/demo/story/bucket.ts';

export const STUB_SALT = 'salt-of-the-stub';

/** Answers OFREP lookups as Sluice does, for one exposure that a test holds in its hand. */
export async function stubFlags(exposure: { percentage: number; version: number; fails?: boolean }) {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const user: string = JSON.parse(body).context.targetingKey;
    const isOn = bucketOf(STUB_SALT, user) < exposure.percentage * 1000;
    const metadata = { cohort: isOn ? 'treatment' : 'rest', stage: 'half', rolloutId: 'r', ...exposure };
    const answer = { key: 'any', value: isOn, variant: isOn ? 'on' : 'off', reason: 'SPLIT', metadata };
    response.writeHead(exposure.fails ? 503 : 200, { 'content-type': 'application/json' });
    response.end(exposure.fails ? '{}' : JSON.stringify(answer));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
