import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'ioredis';

/** How long a peer has to take leave; then its socket is destroyed. */
const DISCONNECT_TIMEOUT_MS = 100;

/**
 * A connection that comes back by itself, and whose commands fail instead of waiting: nothing is queued while Redis is away,
 * nothing sent again behind the caller's back. A peer that falls silent is given up after `commandTimeoutMs`.
 */
export function connect(url: string, name: string, commandTimeoutMs: number): Redis {
  return new Redis(url, {
    connectionName: name,
    commandTimeout: commandTimeoutMs,
    connectTimeout: commandTimeoutMs,
    socketTimeout: commandTimeoutMs,
    disconnectTimeout: DISCONNECT_TIMEOUT_MS,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(50 * attempt, 1000),
  });
}

/** Resolves when the first attempt to connect has succeeded or failed. */
export function firstAttempt(redis: Redis): Promise<void> {
  return new Promise((resolve) => {
    redis.once('ready', () => resolve());
    redis.once('close', () => resolve());
  });
}

/** Ends a connection for good; resolves when its socket and timers are gone. */
export async function disconnect(redis: Redis): Promise<void> {
  if (redis.status === 'end') return;
  if (redis.status === 'reconnecting') {
    redis.disconnect();
    // Between two attempts no event ever says so, and ioredis sets its timer even for the socket that is gone.
    await wait(DISCONNECT_TIMEOUT_MS);
    return;
  }
  const ended = new Promise<void>((resolve) => {
    redis.once('end', () => resolve());
  });
  redis.disconnect();
  await ended;
}
