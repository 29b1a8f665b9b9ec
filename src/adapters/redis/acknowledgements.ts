import type { ChainableCommander, Redis } from 'ioredis';
import {
  type Acknowledgement,
  type AcknowledgementRegister,
  type HeardAcknowledgement,
  KEPT_MS,
} from '../../control/ports/acknowledgementRegister.ts';
import { FlagStoreUnreachable } from '../../control/ports/flagStore.ts';
import type { Member } from '../../domain/confirmation/member.ts';
import { connect, disconnect, firstAttempt } from './connection.ts';

const MEMBERS_KEY = 'acknowledgements:members';
const wordsKey = (feature: string) => `acknowledgements:of:${feature}`;

/** Commands in one round trip, and members in one script: neither may keep Redis from its other work. */
const AT_ONCE = 500;

/** ARGV: the time, how long the whole is kept, the members. A member's field is `<since> <heard>`. */
const HEAR = `
for i = 3, #ARGV do
  local known = redis.call('HGET', KEYS[1], ARGV[i])
  local since = known and string.match(known, '^%d+') or ARGV[1]
  redis.call('HSET', KEYS[1], ARGV[i], since .. ' ' .. ARGV[1])
end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`;

/** Members that were heard last before ARGV[1]. In one step: one that comes back meanwhile stays. */
const FORGET = `
local found = redis.call('HGETALL', KEYS[1])
for i = 1, #found, 2 do
  local heard = tonumber(string.match(found[i + 1], '%d+$'))
  if heard < tonumber(ARGV[1]) then redis.call('HDEL', KEYS[1], found[i]) end
end
return 'OK'
`;

export type RedisAcknowledgementsOptions = { readonly url: string; readonly commandTimeoutMs?: number };

/** Beside the flags: one hash of members, and one of words for each feature that was spoken of lately, which goes by itself. */
export class RedisAcknowledgements implements AcknowledgementRegister {
  readonly #redis: Redis;
  readonly #connected: Promise<void>;

  constructor({ url, commandTimeoutMs = 2000 }: RedisAcknowledgementsOptions) {
    this.#redis = connect(url, 'sluice-acknowledgements', commandTimeoutMs);
    this.#connected = firstAttempt(this.#redis);
    // Reconnecting is ioredis's own business; a listener must be there, or it writes to the console.
    this.#redis.on('error', () => undefined);
  }

  async hear(members: readonly string[], atMs: number): Promise<void> {
    for (const some of chunks(members)) {
      await this.#ask((redis) => redis.eval(HEAR, 1, MEMBERS_KEY, String(atMs), String(KEPT_MS), ...some));
    }
  }

  async acknowledge(words: readonly Acknowledgement[], atMs: number): Promise<void> {
    for (const some of chunks(words)) {
      await this.#pipe((pipeline) => {
        for (const { feature, member, version } of some) {
          pipeline.hset(wordsKey(feature), member, `${version} ${atMs}`).pexpire(wordsKey(feature), KEPT_MS);
        }
      });
    }
  }

  async leave(member: string): Promise<void> {
    await this.#ask((redis) => redis.hdel(MEMBERS_KEY, member));
  }

  async members(): Promise<readonly Member[]> {
    const found = await this.#ask((redis) => redis.hgetall(MEMBERS_KEY));
    return Object.entries(found).flatMap(([name, text]) => {
      const [sinceMs, heardAtMs] = numbersIn(text);
      return sinceMs === undefined || heardAtMs === undefined ? [] : [{ name, sinceMs, heardAtMs }];
    });
  }

  async words(features: readonly string[]): Promise<readonly HeardAcknowledgement[]> {
    const heard: HeardAcknowledgement[] = [];
    for (const some of chunks(features)) {
      const replies = await this.#pipe((pipeline) => {
        for (const feature of some) pipeline.hgetall(wordsKey(feature));
      });
      for (const [index, feature] of some.entries()) heard.push(...wordsIn(feature, replies[index]));
    }
    return heard;
  }

  /** Words go by themselves. */
  async forgetBefore(beforeMs: number): Promise<void> {
    await this.#ask((redis) => redis.eval(FORGET, 1, MEMBERS_KEY, String(beforeMs)));
  }

  close(): Promise<void> {
    return disconnect(this.#redis);
  }

  #pipe(fill: (pipeline: ChainableCommander) => void): Promise<readonly unknown[]> {
    return this.#ask(async (redis) => {
      const pipeline = redis.pipeline();
      fill(pipeline);
      const replies = (await pipeline.exec()) ?? [];
      return replies.map(([error, reply]) => {
        if (error !== null) throw error;
        return reply;
      });
    });
  }

  async #ask<Answer>(work: (redis: Redis) => Promise<Answer>): Promise<Answer> {
    await this.#connected;
    try {
      return await work(this.#redis);
    } catch (error) {
      throw new FlagStoreUnreachable(error instanceof Error ? error.message : String(error), { cause: error });
    }
  }
}

/** What somebody else has put there is no word. */
function wordsIn(feature: string, reply: unknown): readonly HeardAcknowledgement[] {
  if (typeof reply !== 'object' || reply === null) return [];
  return Object.entries(reply).flatMap(([member, text]) => {
    const [version, atMs] = typeof text === 'string' ? numbersIn(text) : [];
    return version === undefined || atMs === undefined ? [] : [{ member, feature, version, atMs }];
  });
}

const numbersIn = (text: string) => (/^\d{1,16} \d{1,16}$/.test(text) ? text.split(' ').map(Number) : []);

function* chunks<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < all.length; start += AT_ONCE) yield all.slice(start, start + AT_ONCE);
}
