import type { ChainableCommander } from 'ioredis';
import {
  type Acknowledgement,
  type AcknowledgementRegister,
  type HeardAcknowledgement,
  KEPT_MS,
} from '../../control/ports/acknowledgementRegister.ts';
import type { Member } from '../../domain/confirmation/member.ts';
import { AskedRedis } from './askedRedis.ts';
import { textsOf } from './compareAndSet.ts';
import { connect } from './connection.ts';

const MEMBERS_KEY = 'acknowledgements:members';
const acknowledgementsKey = (member: string) => `acknowledgements:by:${member}`;

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

/** Beside the flags: one hash of members, and one of acknowledgements for each member that has made any lately. They go by themselves. */
export class RedisAcknowledgements implements AcknowledgementRegister {
  readonly #redis: AskedRedis;

  constructor({ url, commandTimeoutMs = 2000 }: RedisAcknowledgementsOptions) {
    const redis = connect(url, 'sluice-acknowledgements', commandTimeoutMs);
    // Reconnecting is ioredis's own business; a listener must be there, or it writes to the console.
    redis.on('error', () => undefined);
    this.#redis = new AskedRedis(redis);
  }

  async hear(members: readonly string[], atMs: number): Promise<void> {
    for (const some of chunks(members)) {
      await this.#redis.ask((redis) => redis.eval(HEAR, 1, MEMBERS_KEY, String(atMs), String(KEPT_MS), ...some));
    }
  }

  async acknowledge(said: readonly Acknowledgement[], atMs: number): Promise<void> {
    const byMember = Map.groupBy(said, ({ member }) => member);
    await this.hear([...byMember.keys()], atMs);
    for (const [member, said] of byMember) {
      for (const some of chunks(said)) {
        const fields = some.flatMap(({ feature, version }) => [feature, `${version} ${atMs}`]);
        await this.#pipe((pipeline) => {
          pipeline.hset(acknowledgementsKey(member), ...fields).pexpire(acknowledgementsKey(member), KEPT_MS);
        });
      }
    }
  }

  async leave(member: string): Promise<void> {
    await this.#pipe((pipeline) => {
      pipeline.hdel(MEMBERS_KEY, member).del(acknowledgementsKey(member));
    });
  }

  async members(): Promise<readonly Member[]> {
    const found = await this.#redis.ask((redis) => redis.hgetall(MEMBERS_KEY));
    return Object.entries(found).flatMap(([name, text]) => {
      const [sinceMs, heardAtMs] = numbersIn(text);
      return sinceMs === undefined || heardAtMs === undefined ? [] : [{ name, sinceMs, heardAtMs }];
    });
  }

  async acknowledgements(features: readonly string[]): Promise<readonly HeardAcknowledgement[]> {
    if (features.length === 0) return [];
    const members = await this.#redis.ask((redis) => redis.hkeys(MEMBERS_KEY));
    const heard: HeardAcknowledgement[] = [];
    for (const some of chunks(members)) {
      const replies = await this.#pipe((pipeline) => {
        for (const member of some) pipeline.hmget(acknowledgementsKey(member), ...features);
      });
      for (const [index, member] of some.entries()) heard.push(...acknowledgementsIn(member, features, replies[index]));
    }
    return heard;
  }

  /** Words go by themselves. */
  async forgetBefore(beforeMs: number): Promise<void> {
    await this.#redis.ask((redis) => redis.eval(FORGET, 1, MEMBERS_KEY, String(beforeMs)));
  }

  close(): Promise<void> {
    return this.#redis.close();
  }

  #pipe(fill: (pipeline: ChainableCommander) => void): Promise<readonly unknown[]> {
    return this.#redis.ask(async (redis) => {
      const pipeline = redis.pipeline();
      fill(pipeline);
      const replies = (await pipeline.exec()) ?? [];
      return replies.map(([error, reply]) => {
        if (error !== null) throw error;
        return reply;
      });
    });
  }
}

/** What somebody else has put there is no acknowledgement. */
function acknowledgementsIn(
  member: string,
  features: readonly string[],
  reply: unknown,
): readonly HeardAcknowledgement[] {
  return textsOf(reply).flatMap((text, index) => {
    const [version, atMs] = numbersIn(text ?? '');
    const feature = features[index];
    return feature === undefined || version === undefined || atMs === undefined
      ? []
      : [{ member, feature, version, atMs }];
  });
}

const numbersIn = (text: string) => (/^\d{1,16} \d{1,16}$/.test(text) ? text.split(' ').map(Number) : []);

function* chunks<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < all.length; start += AT_ONCE) yield all.slice(start, start + AT_ONCE);
}
