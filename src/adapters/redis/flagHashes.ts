import type { Redis } from 'ioredis';
import { AskedRedis } from './askedRedis.ts';
import { compareAndSet, textsOf } from './compareAndSet.ts';
import {
  CHANGED_CHANNEL,
  FIELD_NAMES,
  type FlagFields,
  featureAt,
  flagKey,
  LARGEST_DOCUMENT_BYTES,
  REVISION_KEY,
  TOO_LARGE,
} from './flagFields.ts';

/** Features read in one round trip. */
const READ_AT_ONCE = 500;
/** In one step: a key that was put and could not be given an end would stay. */
const PUT_FOR_A_WHILE = `
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
return redis.call('PEXPIRE', KEYS[1], ARGV[1])
`;
/** What can't be counted on, by its type or its text, is counted anew: replicas look for another number, not for a greater one. */
const COUNT = `
local counted = redis.pcall('INCR', KEYS[1])
if type(counted) == 'number' then return counted end
redis.call('SET', KEYS[1], 1)
return 1
`;
/** All but the document: what tells whether anything changed. */
const BESIDE = FIELD_NAMES.slice(0, -1);
const NO_FIELDS: FlagFields = FIELD_NAMES.map(() => null);

/** Every command that the store sends but SUBSCRIBE. All throw `FlagStoreUnreachable`, within the connection's time limit. */
export class FlagHashes {
  readonly #redis: Redis;
  readonly #asked: AskedRedis;
  #lastError = 'connecting';

  constructor(redis: Redis) {
    this.#redis = redis;
    this.#asked = new AskedRedis(redis);
    redis.on('error', (error: Error) => {
      this.#lastError = error.message;
    });
    redis.on('ready', () => {
      // What there is to say if the connection ends without an error.
      this.#lastError = 'the connection was closed';
    });
  }

  /** Null while connected; else why not. */
  fault(): string | null {
    return this.#redis.status === 'ready' ? null : this.#lastError;
  }

  async read(place: string): Promise<FlagFields> {
    const [fields = NO_FIELDS] = await this.readMany([place]);
    return fields;
  }

  /** In the order asked for. A key that is no hash reads as one without fields, a document that is too large as `TOO_LARGE`. */
  readMany(features: readonly string[]): Promise<readonly FlagFields[]> {
    return this.#readInChunks(features, (chunk) => this.#readWhole(chunk));
  }

  /** Of each flag all fields but the document. */
  readBeside(features: readonly string[]): Promise<readonly FlagFields[]> {
    return this.#readInChunks(features, (chunk) =>
      this.#askEach(chunk.map((feature) => ['hmget', flagKey(feature), ...BESIDE])),
    );
  }

  /** Every feature that has a key. */
  features(): Promise<readonly string[]> {
    return this.#asked.ask(async (redis) => {
      const found = new Set<string>();
      let cursor = '0';
      do {
        const [next, keys] = await redis.scan(cursor, 'MATCH', flagKey('*'), 'COUNT', READ_AT_ONCE);
        for (const feature of keys.map(featureAt)) if (feature !== null) found.add(feature);
        cursor = next;
      } while (cursor !== '0');
      return [...found];
    });
  }

  /** Null where written; else what is there instead. */
  compareAndSet(feature: string, expected: FlagFields, next: readonly string[]): Promise<FlagFields | null> {
    return this.#asked.ask((redis) => compareAndSet(redis, flagKey(feature), expected, next));
  }

  /** MGET, since GET throws where the key is no text: a counter that says nothing must not keep the flags themselves from being read. */
  revision(): Promise<number> {
    return this.#asked.ask(async (redis) => Number((await redis.mget(REVISION_KEY))[0] ?? 0));
  }

  /** Counts a change and tells every replica. */
  announce(feature: string): Promise<void> {
    return this.#asked.ask(async (redis) => {
      const revision = await redis.eval(COUNT, 1, REVISION_KEY);
      await redis.publish(CHANGED_CHANNEL, JSON.stringify({ feature, revision }));
    });
  }

  /** Puts fields where nothing is, for so long at most: whoever dies meanwhile leaves nothing behind. */
  putForAWhile(place: string, fields: readonly string[], ms: number): Promise<void> {
    return this.#asked.ask(async (redis) => {
      const named = FIELD_NAMES.flatMap((name, index) => [name, fields[index] ?? '']);
      await redis.eval(PUT_FOR_A_WHILE, 1, flagKey(place), String(ms), ...named);
    });
  }

  remove(place: string): Promise<void> {
    return this.#asked.ask(async (redis) => {
      await redis.del(flagKey(place));
    });
  }

  close(): Promise<void> {
    return this.#asked.close();
  }

  async #readInChunks(
    features: readonly string[],
    readChunk: (chunk: readonly string[]) => Promise<readonly FlagFields[]>,
  ): Promise<readonly FlagFields[]> {
    const read: FlagFields[] = [];
    for (let start = 0; start < features.length; start += READ_AT_ONCE) {
      read.push(...(await readChunk(features.slice(start, start + READ_AT_ONCE))));
    }
    return read;
  }

  /** All six at once, so that they belong together; the size of the document was looked at before. */
  async #readWhole(features: readonly string[]): Promise<readonly FlagFields[]> {
    const areTooLarge = await this.#areTooLarge(features);
    const names = (index: number) => (areTooLarge[index] === true ? BESIDE : FIELD_NAMES);
    const read = await this.#askEach(features.map((feature, index) => ['hmget', flagKey(feature), ...names(index)]));
    return read.map((fields, index) => (areTooLarge[index] === true ? [...fields, TOO_LARGE] : fields));
  }

  #areTooLarge(features: readonly string[]): Promise<readonly boolean[]> {
    return this.#asked.ask(async (redis) => {
      const replies = await redis.pipeline(features.map((feature) => ['hstrlen', flagKey(feature), 'document'])).exec();
      return (replies ?? []).map(([, bytes]) => Number(bytes) > LARGEST_DOCUMENT_BYTES);
    });
  }

  #askEach(commands: readonly (readonly string[])[]): Promise<readonly FlagFields[]> {
    return this.#asked.ask(async (redis) => {
      const replies = await redis.pipeline(commands.map((command) => [...command])).exec();
      return (replies ?? []).map(([error, reply]) => {
        if (error === null) return textsOf(reply);
        if (error.message.startsWith('WRONGTYPE')) return NO_FIELDS;
        throw error;
      });
    });
  }
}
