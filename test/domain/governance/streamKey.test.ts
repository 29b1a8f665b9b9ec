import { describe, expect, test } from 'vitest';
import { streamKeyOf } from '../../../src/domain/governance/streamKey.ts';
import { sha256Hex } from '../../../src/domain/ledger/digest.ts';

describe('a stream key', () => {
  // By Python: base64.urlsafe_b64encode(hmac.digest(hash.encode(), b'sluice: stream key', 'sha256')).
  test('is the HMAC of the hash of its token, as any other program reckons it', () => {
    const hash = sha256Hex('sluice_test_service');
    expect(hash).toBe('52c337f4a9e955f9e76ffcee4927a05845ac5b86c199870b8f17caef1948b626');
    expect(streamKeyOf(hash)).toBe('sejhuxocf1BFEKYA6Nk-5DOJiq7XBjTQ603CvvZtfaU');
  });

  test('is another for each token, fit for an address, and tells neither token nor hash', () => {
    const keys = ['a', 'b'].map((token) => streamKeyOf(sha256Hex(token)));
    expect(new Set(keys).size).toBe(2);
    for (const key of keys) expect(key).toMatch(/^[\w-]{43}$/);
  });
});
