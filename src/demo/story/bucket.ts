import { createHash } from 'node:crypto';

const BUCKETS = 100_000;

/** Sluice's bucketing `sha256-v1`, written anew from its description: a second opinion shares no code. */
export function bucketOf(salt: string, user: string): number {
  const digest = createHash('sha256').update(`${salt}:${user}`, 'utf8').digest();
  return Math.floor((digest.readUInt32BE(0) * BUCKETS) / 2 ** 32);
}
