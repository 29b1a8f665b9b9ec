import { describe, expect, test } from 'vitest';
import { settingsOf } from '../../src/provider/providerOptions.ts';
import { reconnectDelayMs } from '../../src/provider/reconnectDelay.ts';
import { SluiceProvider } from '../../src/provider/sluiceProvider.ts';

const RIGHT = { url: 'http://127.0.0.1:8080/', token: 'slt_abc' };

describe('the options', () => {
  test("fill in what they leave out, and make a name that is nobody else's", () => {
    expect(settingsOf(RIGHT, 'host name', 'a1b2')).toEqual({
      url: 'http://127.0.0.1:8080',
      token: 'slt_abc',
      client: 'host-name:a1b2',
      timeoutMs: 5000,
      silenceMs: 15_000,
      longestRetryMs: 10_000,
    });
  });

  test('are refused with all mistakes at once, and without the token', () => {
    const wrong = { url: 'ftp://x', token: 'secret\nline', name: 'a b', timeoutMilliseconds: 0 };
    const refusal = () =>
      new SluiceProvider({ ...wrong, silenceMilliseconds: Number.NaN, longestRetryMilliseconds: -1 });
    for (const mistake of ['url', 'token', 'name', 'timeoutMilliseconds', 'silenceMilliseconds', 'longestRetry']) {
      expect(refusal).toThrow(mistake);
    }
    expect(refusal).not.toThrow('secret');
    expect(() => settingsOf({ ...RIGHT, url: 'http://user:secret@host' }, 'h', 's')).not.toThrow('secret');
  });
});

describe('the delay before the next attempt', () => {
  test('doubles up to its limit, and is spread over its second half', () => {
    const delays = (chance: number) =>
      [0, 1, 2, 10, 5000].map((failures) => reconnectDelayMs(failures, { firstMs: 250, longestMs: 10_000 }, chance));
    expect(delays(0)).toEqual([125, 250, 500, 5000, 5000]);
    expect(delays(1)).toEqual([250, 500, 1000, 10_000, 10_000]);
  });
});
