import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../../src/demo/process/freePort.ts';

export type RedisServer = {
  readonly url: string;
  /** Resolves when the process has ended and its folder is gone. */
  readonly stop: () => Promise<void>;
};

const INSTALL = 'redis-server is not on the path. Install it with: apt-get install --yes redis-server';
const STARTS_TRIED = 5;

/** A real Redis on a free port of 127.0.0.1, keeping nothing on disk. With `port`, on that one: as after an outage. */
export async function startRedis(port?: number): Promise<RedisServer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOn(port ?? (await freePort()));
    } catch (error) {
      // Somebody else may have taken the port in between.
      if (attempt >= STARTS_TRIED || (error instanceof Error && error.message === INSTALL)) throw error;
    }
  }
}

async function startOn(port: number): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-redis-'));
  const options = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder, '--save', '', '--appendonly', 'no'];
  const server = spawn('redis-server', options, { stdio: 'ignore' });
  const ended = once(server, 'exit').catch(() => undefined);
  const stop = async () => {
    server.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  const client = new Redis({ port, host: '127.0.0.1', maxRetriesPerRequest: null, retryStrategy: () => 20 });
  client.on('error', () => undefined);
  const gone = once(server, 'exit').then(() => Promise.reject(new Error(`redis-server did not start on port ${port}`)));
  try {
    await Promise.race([client.ping(), gone]);
  } catch (error) {
    await stop();
    throw isMissing(error) ? new Error(INSTALL) : error;
  } finally {
    client.disconnect();
  }
  return { url: `redis://127.0.0.1:${port}`, stop };
}

const isMissing = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'ENOENT';
