import { Redis } from 'ioredis';

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

/** Ends a connection for good; resolves when its socket is gone. */
export async function disconnect(redis: Redis): Promise<void> {
  if (redis.status === 'end') return;
  const ended = new Promise<void>((resolve) => {
    redis.once('end', () => resolve());
  });
  redis.disconnect();
  await ended;
}
