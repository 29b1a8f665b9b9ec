import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { confirmationOf, confirmationSaid, type ServingMember } from '../../../src/domain/confirmation/confirmation.ts';
import { HEARTBEAT_EVERY_MS, providerName, replicaName } from '../../../src/domain/confirmation/member.ts';
import type { PendingConfirmation } from '../../../src/domain/confirmation/pendingConfirmation.ts';

const SINCE_MS = 1_000_000;
const DEADLINE_MS = 60_000;
const VERSION = 7;
const SILENT_MS = DEADLINE_MS + 2 * HEARTBEAT_EVERY_MS;

const PENDING: PendingConfirmation = {
  ...{ rolloutId: 'r1', documentVersion: VERSION, triggeredAtMs: SINCE_MS - 500 },
  ...{ removedAtMs: SINCE_MS, sinceMs: SINCE_MS },
};
const asked = (afterMs = 0) => ({
  ...{ version: VERSION, isWhole: true },
  ...{ nowMs: SINCE_MS + afterMs, deadlineMs: DEADLINE_MS },
});
const member = (name: string, given: Partial<ServingMember> = {}): ServingMember => ({
  ...{ name: replicaName(name), sinceMs: 0, heardAtMs: SINCE_MS, version: VERSION },
  ...given,
});
const provider = (client: string, given: Partial<ServingMember> = {}) =>
  member('', { name: providerName('shop', client), ...given });

describe('a closing', () => {
  it('is confirmed as soon as all who are known serve it, or something newer', () => {
    const members = [member('b'), member('a', { version: VERSION + 1 }), provider('p')];
    const heard = ['provider:shop/p', 'replica:a', 'replica:b'];
    expect(confirmationOf(PENDING, members, asked())).toEqual({ heard, unheard: [] });
  });

  it.for([
    ['has said nothing', null],
    ['serves what was before', VERSION - 1],
  ] as const)('waits for one who %s, and names it when the deadline is over', ([, version]) => {
    const members = [member('a'), member('b', { version })];
    expect(confirmationOf(PENDING, members, asked(DEADLINE_MS - 1))).toBeNull();
    const confirmation = { heard: ['replica:a'], unheard: ['replica:b'] };
    expect(confirmationOf(PENDING, members, asked(DEADLINE_MS))).toEqual(confirmation);
  });

  it('waits until the deadline where there may be others, of whom nothing can be heard now', () => {
    const [part, last] = [(afterMs: number) => ({ ...asked(afterMs), isWhole: false }), DEADLINE_MS];
    expect(confirmationOf(PENDING, [member('a')], part(last - 1))).toBeNull();
    expect(confirmationOf(PENDING, [member('a')], part(last))).toEqual({ heard: ['replica:a'], unheard: [] });
  });

  it('waits for one who was heard from up to the deadline before, two heartbeats counted in, and for nobody who was not', () => {
    const silent = (ms: number) => [member('a'), member('b', { version: null, heardAtMs: SINCE_MS - ms })];
    expect(confirmationOf(PENDING, silent(SILENT_MS - 1), asked())).toBeNull();
    expect(confirmationOf(PENDING, silent(SILENT_MS), asked())).toMatchObject({ unheard: [] });
  });

  it('a provider that came after it is not waited for, a replica that did is', () => {
    const late = { sinceMs: SINCE_MS + 1, heardAtMs: SINCE_MS + 1, version: null };
    expect(confirmationOf(PENDING, [member('a'), provider('p', late)], asked(2))).toMatchObject({ unheard: [] });
    expect(confirmationOf(PENDING, [member('a'), provider('p', { ...late, sinceMs: SINCE_MS })], asked(2))).toBeNull();
    expect(confirmationOf(PENDING, [member('a'), member('b', late)], asked(2))).toBeNull();
  });

  it('by a clock that was set back, whoever is known is waited for all the same', () => {
    const backMs = -3 * 3_600_000;
    const members = [
      member('a', { heardAtMs: SINCE_MS + backMs }),
      member('b', { heardAtMs: SINCE_MS, version: null }),
    ];
    expect(confirmationOf(PENDING, members, asked(backMs))).toBeNull();
    expect(confirmationOf(PENDING, members.slice(0, 1), asked(backMs))).toMatchObject({ heard: ['replica:a'] });
  });

  it('INV-RWG-ROLLBACK: is never called confirmed by all while somebody known serves less, and never waits beyond the deadline', () => {
    const anyMember = fc.record({
      name: fc.oneof(
        fc.nat(5).map((n) => replicaName(`${n}`)),
        fc.nat(5).map((n) => providerName('s', `${n}`)),
      ),
      sinceMs: fc.nat(2 * SINCE_MS),
      heardAtMs: fc.nat(2 * SINCE_MS),
      version: fc.option(fc.nat(2 * VERSION)),
    });
    const members = fc.uniqueArray(anyMember, { selector: ({ name }) => name });
    fc.assert(
      fc.property(members, fc.nat(2 * DEADLINE_MS), (known, afterMs) => {
        const confirmation = confirmationOf(PENDING, known, asked(afterMs));
        const behind = known.filter(
          ({ name, heardAtMs, sinceMs, version }) =>
            (version ?? -1) < VERSION &&
            heardAtMs > SINCE_MS - SILENT_MS &&
            (name.startsWith('replica:') || sinceMs <= SINCE_MS),
        );
        if (confirmation === null) expect([afterMs < DEADLINE_MS, behind.length > 0]).toEqual([true, true]);
        else expect(confirmation.unheard).toEqual(behind.map(({ name }) => name).sort());
      }),
    );
  });

  it('its entry names a hundred of each and counts all', () => {
    const names = Array.from({ length: 250 }, (_, index) => `${index}`);
    const said = confirmationSaid(PENDING, { heard: names, unheard: ['x'] }, SINCE_MS);
    expect(said).toMatchObject({ heardCount: 250, unheard: ['x'], unheardCount: 1, confirmedAtMs: SINCE_MS });
    expect(said.heard).toHaveLength(100);
  });
});

describe('the name of a provider', () => {
  it('is of one subject and one client alone', () => {
    const client = fc.stringMatching(/^[A-Za-z0-9._:-]{1,9}$/);
    const who = fc.tuple(fc.string({ minLength: 1, maxLength: 9 }), client);
    fc.assert(
      fc.property(who, who, (one, other) => {
        const isSame = one[0] === other[0] && one[1] === other[1];
        expect(providerName(...one) === providerName(...other)).toBe(isSame);
      }),
    );
  });

  it('is never that of a replica', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => void expect(providerName(a, b)).not.toMatch(/^replica:/)),
    );
  });
});
