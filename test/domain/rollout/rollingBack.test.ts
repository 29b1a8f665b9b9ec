import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leftAt, stepsDue } from '../../../src/domain/audit/rollbackPace.ts';
import { exposedTo, isNoWider } from '../../../src/domain/feature/grants.ts';
import { EVERYONE, INTERNAL } from '../../../src/domain/feature/scope.ts';
import { endsAtMs, grantsAtStep, ROLLBACK_STEPS, stepAtMs, stepDue } from '../../../src/domain/rollout/rollingBack.ts';
import { MINUTE, T0 } from './situation.ts';

const threshold = fc.integer({ min: 0, max: 100_000 });
const beta = { ...EVERYONE, tiers: ['beta'] };
const scope = fc.constantFrom(EVERYONE, INTERNAL, beta);
const grants = fc.uniqueArray(fc.record({ scope, threshold }), {
  selector: (grant) => JSON.stringify(grant.scope),
  maxLength: 3,
});
const ways = fc.record({
  from: grants,
  to: grants,
  toStageIndex: fc.constant(null),
  beganAtMs: fc.constant(T0),
  overMs: fc.integer({ min: 0, max: 24 * 60 * MINUTE }),
  step: fc.constant(0),
});
const moment = fc.integer({ min: T0 - 60 * MINUTE, max: T0 + 26 * 60 * MINUTE });

describe('the steps of a progressive rollback', () => {
  it('only go down, whatever the times at which they are asked for', () => {
    fc.assert(
      fc.property(ways, moment, moment, (way, one, other) => {
        const [earlier, later] = [Math.min(one, other), Math.max(one, other)];
        const [before, after] = [earlier, later].map((atMs) => grantsAtStep(way, stepDue(way, atMs)));
        expect(isNoWider(after ?? [], before ?? [])).toBe(true);
      }),
    );
  });

  it('take at least half at once, never come above what was there, nor below the target', () => {
    fc.assert(
      fc.property(ways, fc.nat(ROLLBACK_STEPS), (way, step) => {
        const left = grantsAtStep(way, step);
        expect(isNoWider(left, way.from)).toBe(true);
        for (const [place, grant] of way.from.entries()) {
          const target = Math.min(grant.threshold, exposedTo(way.to, grant.scope));
          const now = left[place]?.threshold ?? -1;
          expect(now).toBeGreaterThanOrEqual(target);
          expect(now - target).toBeLessThanOrEqual((grant.threshold - target) / 2);
        }
      }),
    );
  });

  it('end exactly at the target, exactly at the time, and not before', () => {
    fc.assert(
      fc.property(ways, (way) => {
        expect(stepDue(way, endsAtMs(way))).toBe(ROLLBACK_STEPS);
        if (way.overMs > 0) expect(stepDue(way, endsAtMs(way) - 1)).toBeLessThan(ROLLBACK_STEPS);
        const targets = way.from.map((grant) => Math.min(grant.threshold, exposedTo(way.to, grant.scope)));
        expect(grantsAtStep(way, ROLLBACK_STEPS).map((grant) => grant.threshold)).toEqual(targets);
      }),
    );
  });

  it('are due from the first millisecond on that they say', () => {
    fc.assert(
      fc.property(ways, fc.integer({ min: 1, max: ROLLBACK_STEPS }), (way, step) => {
        const atMs = stepAtMs(way, step);
        expect(stepDue(way, atMs)).toBeGreaterThanOrEqual(step);
        if (way.overMs > 0) expect(stepDue(way, atMs - 1)).toBeLessThan(step);
      }),
    );
  });

  it('are as steady as whole buckets allow', () => {
    const way = { from: [{ scope: EVERYONE, threshold: 50_000 }], to: [{ scope: EVERYONE, threshold: 10_000 }] };
    const lefts = Array.from({ length: ROLLBACK_STEPS + 1 }, (_, step) => grantsAtStep(way, step)[0]?.threshold);
    expect(lefts).toEqual([30_000, 28_000, 26_000, 24_000, 22_000, 20_000, 18_000, 16_000, 14_000, 12_000, 10_000]);
  });

  it('SLU-REPLAY: are the same in the verifier, which has them of its own', () => {
    fc.assert(
      fc.property(ways, moment, (way, atMs) => {
        expect(stepsDue(way, atMs)).toBe(stepDue(way, atMs));
        expect(leftAt(way, stepDue(way, atMs))).toEqual(grantsAtStep(way, stepDue(way, atMs)));
      }),
    );
  });
});
