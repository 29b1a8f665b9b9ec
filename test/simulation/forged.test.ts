import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CheckId } from '../../src/domain/audit/report.ts';
import type { Entry } from '../../src/domain/ledger/entry.ts';
import { audited, failedChecks, findingsIn } from '../support/audited.ts';
import { forged, inserted, type Open, replanned, the } from '../support/forged.ts';
import { firstBearsMore, proposalInput, stageInput } from '../support/proposals.ts';
import { bad, FEATURE, healthy, inStage, startedRollout, stateOf, until, wishFor } from '../support/release.ts';
import { ANNA, chainOf, OLGA, poll, pollFor, startReplica, worldOf } from '../support/simulatedInstallation.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const stage = (stageId: string, percentage: number, requiresApproval: boolean) =>
  stageInput(stageId, percentage, {
    requiresApproval,
    stabilization: { minimumDurationHours: 2, healthThreshold: 0.5 },
  });
const PLAN = firstBearsMore(
  proposalInput(
    {},
    {
      rollback: { to: 'previousStage' },
      wedgeStages: [stage('canary', 10, false), stage('third', 30, true), stage('most', 100, false)],
    },
  ),
);

/** Up, back, up again to its end; then killed, and revived by two. */
async function lived(): Promise<readonly Entry[]> {
  const world = worldOf({ pollIntervalMs: MINUTE });
  healthy(world);
  const replica = await startReplica(world);
  const id = await startedRollout(replica, PLAN);
  const approve = async () => {
    const wish = { ...(await wishFor(replica, id)), stageId: 'third', decision: 'approve' as const };
    await replica.rollouts.approve(ANNA, id, wish);
  };
  await approve();
  await until(replica, id, inStage(1));
  bad(world);
  await until(replica, id, inStage(0));
  healthy(world);
  await poll(replica);
  await approve();
  await replica.closings.pause(OLGA, id, 'lunch');
  await replica.rollouts.resume(OLGA, id, await wishFor(replica, id));
  await until(replica, id, ({ wedgeState }) => wedgeState === 'COMPLETE');
  expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'COMPLETE' });
  await replica.closings.kill(OLGA, FEATURE, 'burning');
  await replica.features.revive(OLGA, FEATURE, 'mended');
  await replica.features.revive(ANNA, FEATURE, 'mended');
  await pollFor(replica, 5 * MINUTE);
  return chainOf(world, FEATURE);
}

let chain: readonly Entry[] = [];
beforeAll(async () => {
  chain = await lived();
});

type Forgery = readonly [broken: string, checks: readonly CheckId[], hand: (entries: Open[]) => void];

const remove = (entries: Open[], entry: Open) => entries.splice(entries.indexOf(entry), 1);
const context = (entry: { evidence: Open['evidence'] }) => {
  if (entry.evidence === null) throw new Error('it has no evidence');
  return entry.evidence.context;
};
const pollIn = (entry: { evidence: Open['evidence'] }) => {
  const measured = entry.evidence?.poll;
  if (measured == null) throw new Error('it has no poll');
  return measured;
};
const success = (entry: { evidence: Open['evidence'] }) => {
  const verdict = pollIn(entry).verdicts.find(({ role }) => role === 'success');
  if (verdict === undefined) throw new Error('it has no success criterion');
  return verdict;
};
const everyone = (threshold: number) => ({
  scope: { groups: 'all' as const, regions: 'all' as const, tiers: 'all' as const },
  threshold,
});

/** In its first stage, from which it goes on as if nothing were said. */
function cappedByHand(entries: Open[]): Open {
  const ramped = the(entries, 'ramped');
  entries.splice(entries.indexOf(the(entries, 'advanced')) + 1);
  const exposure = { ...structuredClone(ramped.data.exposure), grants: [everyone(8_000)] };
  const actor = { kind: 'person', subject: 'flag-store' };
  return inserted(entries, ramped, { type: 'driftAdopted', data: { exposure, found: 'rollout_percent 8' }, actor });
}

const FORGERIES: readonly Forgery[] = [
  [
    'a stage left under another name',
    ['INV-RWG-STAGED'],
    (entries) => {
      the(entries, 'advanced').data.fromStage = 'most';
    },
  ],
  [
    'a stage entered under another name',
    ['INV-RWG-STAGED'],
    (entries) => {
      the(entries, 'advanced').stage = 'most';
    },
  ],
  [
    'an advance over a stage',
    ['INV-RWG-STAGED', 'VERDICTS'],
    (entries) => {
      the(entries, 'advanced').data.stageIndex = 2;
    },
  ],
  [
    'a way back that leads up',
    ['INV-RWG-STAGED', 'SLU-REPLAY'],
    (entries) => {
      const back = the(entries, 'rolledBack');
      back.data.toStageIndex = 2;
      entries.splice(entries.indexOf(back) + 2);
    },
  ],
  [
    'a success against its own numbers',
    ['VERDICTS'],
    (entries) => {
      success(the(entries, 'advanced')).value = 0.5;
    },
  ],
  [
    'a success criterion that nobody judged',
    ['INV-RWG-OBSERVE', 'VERDICTS'],
    (entries) => {
      success(the(entries, 'advanced')).sli = 'another';
    },
  ],
  [
    'more observed than there was time',
    ['INV-RWG-OBSERVE'],
    (entries) => {
      pollIn(the(entries, 'advanced')).activeMs.observation += DAY;
    },
  ],
  [
    'a window that was longer',
    ['INV-RWG-OBSERVE', 'SLU-REPLAY'],
    (entries) => {
      replanned(entries, ({ contract }) => {
        contract.rolloutWedge.observationWindowHours = 20;
      });
    },
  ],
  [
    'more shown than the blast radius, by two',
    ['INV-RWG-BLAST'],
    (entries) => {
      replanned(entries, ({ contract }) => {
        contract.rolloutWedge.maxBlastRadius = 100;
      });
      const started = the(entries, 'started');
      const exposure = { ...structuredClone(started.data.exposure), grants: [everyone(100_001)] };
      inserted(entries, started, {
        type: 'overrideSet',
        rollout: null,
        contract: null,
        data: { exposure, requestedBy: 'olga' },
        actor: { kind: 'person', subject: 'anna' },
      });
      const ramped = the(entries, 'ramped');
      entries.splice(entries.indexOf(ramped));
    },
  ],
  [
    'a blast radius that was smaller',
    ['INV-RWG-BLAST', 'SLU-REPLAY'],
    (entries) => {
      replanned(entries, ({ contract }) => {
        contract.rolloutWedge.maxBlastRadius = 20;
      });
    },
  ],
  [
    'exposure that stayed for too long',
    ['INV-RWG-ROLLBACK'],
    (entries) => {
      const removal = the(entries, 'exposureRemoved');
      removal.data.removedAtMs = removal.data.triggeredAtMs + 60_001;
    },
  ],
  [
    'exposure that nothing says is gone',
    ['INV-RWG-ROLLBACK'],
    (entries) => {
      remove(entries, the(entries, 'exposureRemoved', -1));
    },
  ],
  [
    'a stabilization that was longer',
    ['ROLLOUT-006', 'SLU-REPLAY'],
    (entries) => {
      replanned(entries, ({ contract }) => {
        for (const planned of contract.rolloutWedge.wedgeStages) planned.stabilization.minimumDurationHours = 20;
      });
    },
  ],
  [
    'more health asked for than there was',
    ['ROLLOUT-006', 'SLU-REPLAY'],
    (entries) => {
      pollIn(the(entries, 'advanced')).health = [{ fromMs: 0, passing: 1, withData: 9 }];
    },
  ],
  [
    'a stay longer than it was',
    ['DWELL'],
    (entries) => {
      pollIn(the(entries, 'ramped')).activeMs.visit += DAY;
    },
  ],
  [
    'a dwell that was longer',
    ['DWELL', 'SLU-REPLAY'],
    (entries) => {
      replanned(entries, ({ policy }) => {
        policy.minDwellMinutes = 6 * 60;
      });
    },
  ],
  [
    'a duration that was longer',
    ['DWELL', 'SLU-REPLAY'],
    (entries) => {
      replanned(entries, ({ contract }) => {
        for (const planned of contract.rolloutWedge.wedgeStages) planned.durationHours = 20;
      });
    },
  ],
  [
    'a cooldown cut short',
    ['COOLDOWN'],
    (entries) => {
      the(entries, 'rolledBack').data.cooldownUntilMs -= 1;
    },
  ],
  [
    'a rise within the cooldown',
    ['COOLDOWN'],
    (entries) => {
      replanned(entries, ({ policy }) => {
        policy.cooldownMinutes = 24 * 60;
      });
    },
  ],
  [
    'a contract approved by its proposer',
    ['APPROVALS'],
    (entries) => {
      the(entries, 'approved').actor.subject = 'olga';
    },
  ],
  [
    'a contract that nobody approved',
    ['APPROVALS'],
    (entries) => {
      remove(entries, the(entries, 'approved'));
    },
  ],
  [
    'a contract that somebody rejected',
    ['APPROVALS'],
    (entries) => {
      inserted(entries, the(entries, 'approved'), { type: 'rejected', actor: { kind: 'person', subject: 'emil' } });
    },
  ],
  [
    'an approval of another text',
    ['APPROVALS'],
    (entries) => {
      the(entries, 'approved').data.digest = 'f'.repeat(64);
    },
  ],
  [
    'too few approvers',
    ['APPROVALS', 'SLU-REPLAY'],
    (entries) => {
      replanned(entries, ({ policy }) => {
        policy.approversStandard = 2;
      });
    },
  ],
  [
    'an approval that had expired',
    ['APPROVALS'],
    (entries) => {
      replanned(entries, ({ policy }) => {
        policy.approvalValidDays = 1e-12;
      });
    },
  ],
  [
    'a plan exchanged after its approval',
    ['APPROVALS'],
    (entries) => {
      the(entries, 'created').data.contract.title = 'Another release';
    },
  ],
  [
    'a stage approved by the proposer',
    ['APPROVALS'],
    (entries) => {
      the(entries, 'stageApproved').actor.subject = 'olga';
    },
  ],
  [
    'a gate that a rejection had shut',
    ['APPROVALS', 'SLU-REPLAY'],
    (entries) => {
      the(entries, 'stageApproved').data.decision = 'reject';
    },
  ],
  [
    'an auditor whom the contract did not ask for',
    ['APPROVALS'],
    (entries) => {
      the(entries, 'audited', -1).actor = { kind: 'person', subject: 'aurel' };
    },
  ],
  [
    'a waiver that is nowhere',
    ['WAIVERS'],
    (entries) => {
      replanned(entries, (embedded) => {
        embedded.waivers = [{ waiverId: 'w', rules: ['MIN_STAGES'], expiresAtMs: Date.parse('2027-01-01T00:00:00Z') }];
      });
    },
  ],
  [
    'a passage without its PASS',
    ['STATES'],
    (entries) => {
      remove(entries, the(entries, 'audited'));
    },
  ],
  [
    'something after the end',
    ['STATES'],
    (entries) => {
      inserted(entries, the(entries, 'completed'), { type: 'preflight', data: { passed: true, items: [] } });
    },
  ],
  [
    'a rollout that nobody created',
    ['STATES'],
    (entries) => {
      inserted(entries, the(entries, 'approved'), {
        type: 'paused',
        rollout: 'r',
        actor: { kind: 'person', subject: 'olga' },
      });
    },
  ],
  [
    'an end for the sake of a start that does not come',
    ['STATES'],
    (entries) => {
      const started = the(entries, 'started');
      entries.splice(entries.indexOf(started) + 1);
      inserted(entries, started, { type: 'superseded', data: { by: 'another' } });
      inserted(entries, the(entries, 'superseded'), { type: 'stopLifted', rollout: null, contract: null, data: {} });
    },
  ],
  [
    'a percentage that is not what was granted',
    ['SLU-DOOR'],
    (entries) => {
      the(entries, 'advanced').percentageAfter = 3;
    },
  ],
  [
    'more granted than the plan has',
    ['SLU-DOOR', 'SLU-REPLAY'],
    (entries) => {
      the(entries, 'ramped').data.exposure.grants = [everyone(10_001)];
      the(entries, 'ramped').percentageAfter = 10.001;
    },
  ],
  [
    'an advance of what a hand had capped',
    ['SLU-DOOR', 'SLU-REPLAY'],
    (entries) => {
      const adopted = cappedByHand(entries);
      for (const { evidence } of entries.slice(entries.indexOf(adopted))) if (evidence) evidence.rolloutVersion += 1;
    },
  ],
  [
    'an advance of it that was decided before',
    ['SLU-DOOR'],
    (entries) => {
      cappedByHand(entries);
    },
  ],
  [
    'a revival by one person alone',
    ['SLU-DOOR'],
    (entries) => {
      the(entries, 'revived').actor.subject = 'olga';
    },
  ],
  [
    'a past that never was',
    ['SLU-DOOR'],
    (entries) => {
      the(entries, 'started').data.base = [everyone(4_000)];
    },
  ],
  [
    'an advance while everything was stopped',
    ['SLU-REPLAY'],
    (entries) => {
      context(the(entries, 'advanced')).globalStop = true;
    },
  ],
  [
    'another reason than the evidence has',
    ['SLU-REPLAY'],
    (entries) => {
      the(entries, 'held').reason = 'cooldown';
    },
  ],
  [
    'a decision without evidence',
    ['SLU-REPLAY'],
    (entries) => {
      the(entries, 'held').evidence = null;
    },
  ],
  [
    'a rollback for nothing',
    ['VERDICTS', 'SLU-REPLAY'],
    (entries) => {
      const trigger = pollIn(the(entries, 'rolledBack')).verdicts.find(({ role }) => role === 'trigger');
      if (trigger !== undefined) trigger.outcome = 'pass';
    },
  ],
  [
    'health that was told against its own verdicts',
    ['HEALTH'],
    (entries) => {
      the(entries, 'healthVerified').data.outcome = 'notRecovered';
    },
  ],
  [
    'a rollback that stops short of the plan',
    ['SLU-REPLAY'],
    (entries) => {
      replanned(entries, ({ contract }) => {
        contract.rolloutWedge.rollback.to = 'zero';
      });
    },
  ],
];

describe('a chain that was lived', () => {
  it('passes every check, and each has had something to look at', () => {
    const report = audited(chain);
    expect(findingsIn(report)).toEqual([]);
    expect(report.verdict).toBe('PASS');
    const unused = report.checks.filter(({ examined }) => examined === 0);
    expect(unused).toEqual([]);
  });

  it.for(FORGERIES)('forged to hold %s: found by %s', ([, checks, hand]) => {
    const report = audited(forged(chain, hand));
    expect({ failed: failedChecks(report), findings: findingsIn(report) }).toMatchObject({ failed: checks });
    expect(report.verdict).toBe('FAIL');
  });

  it('every check has a forgery that it finds', () => {
    const found = new Set(FORGERIES.flatMap(([, checks]) => checks));
    const unproven = audited(chain).checks.filter(({ check }) => !found.has(check));
    expect(unproven.map(({ check }) => check)).toEqual(['SLU-CHAIN']);
  });

  it('INV-RWG-ROLLBACK: what is not said to be gone yet is open until the deadline, and then late', () => {
    const unsaid = forged(chain, (entries) => {
      entries.splice(entries.indexOf(the(entries, 'exposureRemoved', -1)));
    });
    const trigger = unsaid.findLast(({ type }) => type === 'killed');
    const atMs = Date.parse(trigger?.at ?? '');
    expect(audited(unsaid, atMs + 60_000)).toMatchObject({ verdict: 'INCONCLUSIVE' });
    expect(audited(unsaid, atMs + 60_001)).toMatchObject({ verdict: 'FAIL' });
  });
});

describe('waivers on the chain', () => {
  const RULE = 'MIN_STAGES';
  type Waiver = {
    readonly requester: string;
    readonly approvers: readonly string[];
    readonly rules: readonly string[];
    readonly days: number;
    readonly plan: string | null;
  };
  const GOOD: Waiver = { requester: 'olga', approvers: ['anna', 'emil'], rules: [RULE], days: 30, plan: null };

  /** The same life, of a plan that breaks a rule by these waivers. `uses` names the first. */
  const waived = (...waivers: readonly Partial<Waiver>[]) => waivedUnder(90, ...waivers);

  /** The same, judged by a policy that lets a waiver last so long. */
  const waivedUnder = (waiverMaxDays: number, ...waivers: readonly Partial<Waiver>[]) =>
    forged(chain, (entries) => {
      const beganMs = Date.parse(entries[0]?.at ?? '');
      const first = { ...GOOD, ...waivers[0] };
      replanned(entries, (embedded) => {
        embedded.policy.waiverMaxDays = waiverMaxDays;
        embedded.waivers = [{ waiverId: 'w0', rules: [RULE], expiresAtMs: beganMs + first.days * DAY }];
      });
      const { planDigest } = the(entries, 'proposed').data;
      const made = waivers.flatMap((changed, index) => {
        const waiver = { ...GOOD, ...changed };
        const said = (type: string, subject: string, data: object = {}) =>
          ({
            ...structuredClone(the(entries, 'approved')),
            ...{ type, contract: null, contractDigest: null, policyDigest: null, at: entries[0]?.at },
            actor: { kind: 'person', subject },
            data: { waiverId: `w${index}`, ...data },
          }) as unknown as Open;
        const asked = {
          planDigest: waiver.plan ?? planDigest,
          rules: waiver.rules,
          expiresAtMs: beganMs + waiver.days * DAY,
        };
        return [
          said('waiverRequested', waiver.requester, asked),
          ...waiver.approvers.map((by) => said('waiverApproved', by)),
        ];
      });
      entries.unshift(...made);
    });

  it('a good one lets the plan break its rule', () => expect(findingsIn(audited(waived({})))).toEqual([]));

  it.for<readonly [string, Partial<Waiver>]>([
    ['by its requester', { approvers: ['anna', 'olga'] }],
    ['by one person twice', { approvers: ['anna', 'anna'] }],
    ['by nobody', { approvers: [] }],
    ['of another plan', { plan: 'f'.repeat(64) }],
    ['of another rule', { rules: ['INITIAL_PERCENTAGE'] }],
    ['that had ended before it was used', { days: 0 }],
  ])('one %s does not', ([, waiver]) => {
    expect(failedChecks(audited(waived(waiver)))).toEqual(['WAIVERS']);
  });

  it('one that ends on the way holds every increase after it, but for a renewal', () => {
    const hour = 1 / 24;
    const ended = audited(waived({ days: hour }));
    expect(failedChecks(ended)).toEqual(['WAIVERS']);
    expect(findingsIn(ended)[0]).toMatch(/rises while no waiver lets it break MIN_STAGES/);
    expect(findingsIn(audited(waived({ days: hour }, {})))).toEqual([]);
    expect(failedChecks(audited(waived({ days: hour }, { plan: 'f'.repeat(64) })))).toEqual(['WAIVERS']);
  });

  it('one that was asked for under a looser policy is good for as long as this one lets it last', () => {
    const hour = 1 / 24;
    expect(findingsIn(audited(waivedUnder(1, {})))).toEqual([]);
    const shortened = findingsIn(audited(waivedUnder(hour, {})));
    expect(shortened).toEqual(findingsIn(audited(waived({ days: hour }))));
    expect(shortened.length).toBeGreaterThan(0);
    expect(failedChecks(audited(waivedUnder(0, {})))).toEqual(['WAIVERS']);
  });
});

describe('SLU-CHAIN: whatever was done to it', () => {
  const firstOf = (entries: readonly unknown[]) => {
    const { verdict, checks } = audited(entries);
    const [first] = checks[0]?.findings ?? [];
    return { verdict, check: checks[0]?.check, seq: first?.seq };
  };
  const failed = (seq: number) => ({ verdict: 'FAIL', check: 'SLU-CHAIN', seq });

  it('an entry dropped anywhere but at the end is found, and the first that is gone is named', () => {
    for (let index = 0; index < chain.length - 1; index += 1) {
      expect(firstOf(chain.toSpliced(index, 1))).toEqual(failed(index + 1));
    }
  });

  it('two entries exchanged are found, and the first is named', () => {
    for (let index = 0; index < chain.length - 1; index += 1) {
      const [one, other] = [chain[index], chain[index + 1]];
      expect(firstOf(chain.toSpliced(index, 2, other as Entry, one as Entry))).toEqual(failed(index + 1));
    }
  });

  it('an entry put in between is found, be it a copy of any other', () => {
    for (let at = 0; at <= chain.length; at += 1) {
      for (const copy of [chain[0], chain[at], chain[at - 1], chain.at(-1)]) {
        const changed = chain.toSpliced(at, 0, copy as Entry);
        // The copy of what comes next leaves the chain whole up to the one that it copies.
        expect(firstOf(changed)).toEqual(failed(copy !== undefined && copy === chain[at] ? at + 2 : at + 1));
      }
    }
  });

  it('one character changed anywhere in any entry is found there', () => {
    const texts = chain.map((entry) => JSON.stringify(entry));
    const anyPlace = fc.nat(chain.length - 1).chain((index) =>
      fc.record({
        index: fc.constant(index),
        at: fc.nat((texts[index]?.length ?? 1) - 1),
        by: fc.constantFrom(...'0919azAZ"\\ ,:{}[].-'),
      }),
    );
    fc.assert(
      fc.property(anyPlace, ({ index, at, by }) => {
        const text = texts[index] ?? '';
        const changed = parsed(text.slice(0, at) + by + text.slice(at + 1));
        if (JSON.stringify(changed) === text) return;
        expect(firstOf(chain.with(index, changed as Entry))).toEqual(failed(index + 1));
      }),
      { numRuns: 600 },
    );
  });

  it('every member of every entry is under the seal', () => {
    chain.forEach((entry, index) => {
      for (const name of Object.keys(entry)) {
        expect([name, firstOf(chain.with(index, { ...entry, [name]: 'x' } as unknown as Entry))]).toEqual([
          name,
          failed(index + 1),
        ]);
        const { [name as 'seq']: _, ...without } = entry;
        expect([name, firstOf(chain.with(index, without as unknown as Entry))]).toEqual([name, failed(index + 1)]);
      }
    });
  });

  it('another chain, another environment, and a time that goes back are found though all is sealed anew', () => {
    const changed = (hand: (entry: Open) => void) => firstOf(forged(chain, (entries) => hand(entries[5] as Open)));
    expect(changed((entry) => Object.assign(entry, { chain: 'other' }))).toEqual(failed(6));
    expect(changed((entry) => Object.assign(entry, { environment: 'other' }))).toEqual(failed(6));
    expect(changed((entry) => Object.assign(entry, { at: '2020-01-01T00:00:00.000Z' }))).toEqual(failed(6));
    expect(changed((entry) => Object.assign(entry, { at: 'yesterday' }))).toEqual(failed(6));
  });
});

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

describe('whatever it is given', () => {
  it('the verifier takes it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true, withMap: true })),
        (things) => {
          expect(audited(things).verdict).toBe(things.length === 0 ? 'PASS' : 'FAIL');
        },
      ),
    );
  });

  it('and a well sealed entry whose members are of wrong kinds is a finding', () => {
    const holds = fc.record({ index: fc.nat(chain.length - 1), name: fc.nat(40), value: fc.jsonValue() });
    fc.assert(
      fc.property(holds, ({ index, name, value }) => {
        const report = audited(
          forged(chain, (entries) => {
            const { data, evidence } = entries[index] as Open;
            const places: readonly object[] = [
              entries[index] as Open,
              data,
              evidence ?? data,
              evidence?.context ?? data,
            ];
            const place = places[name % places.length] as object;
            const names = Object.keys(place);
            Object.assign(place, { [names[name % names.length] ?? 'x']: value });
          }),
        );
        expect(report.entries).toBe(chain.length);
      }),
      { numRuns: 300 },
    );
  });

  it('of very many findings it keeps the first, and counts the others', () => {
    const unproven = forged(chain, (entries) => {
      for (let index = 0; index < 60; index += 1)
        inserted(entries, the(entries, 'approved'), { type: 'paused', rollout: 'r' });
    });
    const states = audited(unproven).checks.find(({ check }) => check === 'STATES');
    expect(states).toMatchObject({ verdict: 'FAIL', found: 60 });
    expect(states?.findings).toHaveLength(20);
  });
});
