// The shop's users as a process of its own. SHOP_URL, PATHS (comma-separated), USERS (how many).

import { stopRequested } from '../process/stopRequested.ts';
import { Traffic } from './traffic.ts';
import { userNames } from './users.ts';

const { SHOP_URL = 'http://127.0.0.1:9100', PATHS = '/checkout,/search', USERS = '600' } = process.env;

const users = userNames(Number(USERS));
const traffic = new Traffic({ shopUrl: SHOP_URL, users, paths: PATHS.split(','), pauseMs: 1000 });
console.log(`${users.length} users visit ${SHOP_URL}, each about once a second`);
await stopRequested();
await traffic.stop();
