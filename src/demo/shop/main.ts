// The shop as a process of its own. SLUICE_URL, SLUICE_TOKEN (role `service`), HOST, PORT.

import { once } from 'node:events';
import { stopRequested } from '../process/stopRequested.ts';
import { openLookups } from './lookups.ts';
import { PAGES } from './pages.ts';
import { Shop } from './shop.ts';
import { shopServer } from './shopServer.ts';

const { SLUICE_URL = 'http://127.0.0.1:8080', SLUICE_TOKEN = '', HOST = '127.0.0.1', PORT = '9100' } = process.env;

const lookups = await openLookups(SLUICE_URL, SLUICE_TOKEN);
const server = shopServer(new Shop(PAGES, lookups, { now: Date.now, chance: Math.random }));
server.listen(Number(PORT), HOST);
await once(server, 'listening');
console.log(`The shop is open at http://${HOST}:${PORT}, and asks ${SLUICE_URL} for flags`);

await stopRequested();
server.close();
server.closeIdleConnections();
await once(server, 'close');
await lookups.close();
