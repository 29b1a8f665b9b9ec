import { describe, expect, test } from 'vitest';
import { unknownPower } from '../../../src/domain/power/criterionPower.ts';
import { durationSaid, powerSaid } from '../../../src/domain/power/said.ts';

describe('in words', () => {
  test.for([
    [0, '0 s'],
    [45 / 3600, '45 s'],
    [59.6 / 3600, '1 min'],
    [0.99, '59 min'],
    [1, '1 h'],
    [2.3, '2 h 20 min'],
    [23.99, '24 h'],
    [24, '1 d'],
    [76, '3 d 4 h'],
    [8784, '366 d'],
  ] as const)('%f hours are %s', ([hours, said]) => {
    expect(durationSaid(hours)).toBe(said);
  });

  test('large numbers have their thousands apart, small ones three digits', () => {
    const window = { kind: 'window', windowSeconds: 600, trafficFrom: 'past', enough: true } as const;
    expect(powerSaid({ ...window, expectedSamples: 1_234_567, minSamples: 0.123_456 })).toBe(
      'its window of 10 min will hold about 1,230,000 requests, its criterion asks for 0.123',
    );
  });

  test('what is not known says why', () => {
    expect(powerSaid(unknownPower('noPast', 'source shop keeps no past'))).toBe(
      'what it can notice is not known: source shop keeps no past',
    );
  });
});
