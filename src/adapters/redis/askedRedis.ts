import type { Redis } from 'ioredis';
import { FlagStoreUnreachable } from '../../control/ports/flagStore.ts';
import { disconnect, firstAttempt } from './connection.ts';

/** A connection that answers within its time limit, or throws `FlagStoreUnreachable`. */
export class AskedRedis {
  readonly #redis: Redis;
  readonly #connected: Promise<void>;

  constructor(redis: Redis) {
    this.#redis = redis;
    this.#connected = firstAttempt(redis);
  }

  async ask<Answer>(work: (redis: Redis) => Promise<Answer>): Promise<Answer> {
    await this.#connected;
    try {
      return await work(this.#redis);
    } catch (error) {
      throw new FlagStoreUnreachable(error instanceof Error ? error.message : String(error), { cause: error });
    }
  }

  close(): Promise<void> {
    return disconnect(this.#redis);
  }
}
