import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { Traffic } from '../../src/demo/traffic/traffic.ts';
import { userNames } from '../../src/demo/traffic/users.ts';

test('every user comes to every page again and again, and none after the stop', async () => {
  const visits = new Map<string, number>();
  const users = userNames(20);
  let everyonesThird: () => void = () => undefined;
  const allCameThrice = new Promise<void>((resolve) => {
    everyonesThird = resolve;
  });
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://shop');
    const key = `${pathname} ${searchParams.get('user')}`;
    visits.set(key, (visits.get(key) ?? 0) + 1);
    if (visits.size === 40 && Math.min(...visits.values()) >= 3) everyonesThird();
    response.writeHead(key.length % 2 === 0 ? 200 : 500).end('ok');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const shopUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const traffic = new Traffic({ shopUrl, users, paths: ['/a', '/b'], pauseMs: 20 });
  await allCameThrice;
  await traffic.stop();
  const counted = new Map(visits);
  expect([...counted.keys()].sort()).toEqual(users.flatMap((user) => [`/a ${user}`, `/b ${user}`]).sort());
  server.close();
  await once(server, 'close');
  expect(visits).toEqual(counted);
});

test('a shop that is closed is tried again, and the stop still ends', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const shopUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  server.close();
  await once(server, 'close');
  const traffic = new Traffic({ shopUrl, users: userNames(3), paths: ['/a'], pauseMs: 5 });
  await expect(traffic.stop()).resolves.toBeUndefined();
});
