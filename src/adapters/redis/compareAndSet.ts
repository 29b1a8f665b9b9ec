import type { Redis } from 'ioredis';
import { FIELD_NAMES, type FlagFields, LARGEST_DOCUMENT_BYTES, TOO_LARGE } from './flagFields.ts';

/**
 * Writes the six fields if they are still what the writer judged; else answers what they are. ARGV: six expected ones, empty
 * where missing, else marked by `=`; then six new ones; then how large a document may be, and what stands for a larger one. A key that
 * is no hash says nothing, and is in nobody's way. Over one key, so a cluster takes it too. The law itself is not told again in Lua:
 * cjson can't even give back an empty list as it was.
 */
const COMPARE_AND_SET = `
local kind = redis.call('TYPE', KEYS[1]).ok
if kind ~= 'hash' and kind ~= 'none' then redis.call('DEL', KEYS[1]) end
local names = {${FIELD_NAMES.map((name) => `'${name}'`).join(', ')}}
local found = redis.call('HMGET', KEYS[1], unpack(names, 1, #names - 1))
if redis.call('HSTRLEN', KEYS[1], 'document') > tonumber(ARGV[2 * #names + 1]) then
  found[#names] = ARGV[2 * #names + 2]
else
  found[#names] = redis.call('HGET', KEYS[1], 'document')
end
for i = 1, #names do
  local text = found[i] and ('=' .. found[i]) or ''
  if text ~= ARGV[i] then return found end
end
local pairs = {}
for i = 1, #names do
  pairs[2 * i - 1] = names[i]
  pairs[2 * i] = ARGV[#names + i]
end
redis.call('HSET', KEYS[1], unpack(pairs))
return 'OK'
`;

/** Null where written; else what is there instead. One atomic step. */
export async function compareAndSet(
  redis: Redis,
  key: string,
  expected: FlagFields,
  next: readonly string[],
): Promise<FlagFields | null> {
  const marked = expected.map((text) => (text === null ? '' : `=${text}`));
  const reply: unknown = await redis.eval(
    COMPARE_AND_SET,
    1,
    key,
    ...marked,
    ...next,
    String(LARGEST_DOCUMENT_BYTES),
    TOO_LARGE,
  );
  return reply === 'OK' ? null : textsOf(reply);
}

/** A reply of texts and nulls. @throws TypeError for any other. */
export function textsOf(reply: unknown): FlagFields {
  const isText = (item: unknown): item is string | null => item === null || typeof item === 'string';
  if (Array.isArray(reply) && reply.every(isText)) return reply;
  throw new TypeError('Redis answered something else than a list of texts');
}
