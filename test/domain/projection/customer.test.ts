import { describe, expect, it } from 'vitest';
import { customerView } from '../../../src/domain/projection/customer.ts';
import { T0 } from '../../support/ledgerStory.ts';
import { stageInput } from '../../support/proposals.ts';
import { BETA, contractOf, MINUTE, Tale } from './tale.ts';

const DAY = 24 * 60 * MINUTE;
const ONE_PAGE = { name: 'One-page checkout', visibleFeatures: ['Saved cards'], announced: true };
const QUIET = { ...ONE_PAGE, announced: false };
const NEXT = { name: 'Checkout by voice', visibleFeatures: ['Speech'], announced: true };

const viewOf = (tale: Tale, nowMs = tale.nowMs) => customerView(tale.customerRecords(), nowMs);
/** `stage availability`, and how long the timeline is. */
function seen(tale: Tale, nowMs = tale.nowMs): string {
  const view = viewOf(tale, nowMs);
  return view === null ? 'nothing' : `${view.capability}: ${view.stage} ${view.availability}`;
}
const steps = (tale: Tale) => viewOf(tale)?.timeline.map(({ stage }) => stage) ?? [];

const told = (capability: Parameters<typeof contractOf>[1], id = 'c1') =>
  new Tale().propose(contractOf(id, capability)).create(id);

describe('what customers are told of an announced capability', () => {
  it('step by step, with the time of each', () => {
    const tale = new Tale().propose(contractOf('c1', ONE_PAGE), []);
    expect(seen(tale)).toBe('nothing');
    const planned = new Tale().propose(contractOf('c1', ONE_PAGE));
    expect(viewOf(planned)).toEqual({
      capability: 'One-page checkout',
      stage: 'PLANNED',
      availability: 'planned',
      visibleFeatures: ['Saved cards'],
      timeline: [{ stage: 'PLANNED', at: new Date(T0 + 2 * MINUTE).toISOString() }],
    });
    planned.create('c1');
    const walk = ['INTERNAL planned', 'LIMITED limited', 'GENERAL limited', 'GENERAL limited', 'GENERAL available'];
    for (const expected of walk) expect(seen(planned.open('c1'))).toBe(`One-page checkout: ${expected}`);
    expect(steps(planned)).toEqual(['PLANNED', 'INTERNAL', 'LIMITED', 'GENERAL']);
  });

  it('a rollback takes it away and steps not back, whether all of it or a stage', () => {
    expect(seen(told(ONE_PAGE).open('c1', 3).rollBack('c1', 'previousStage'))).toBe(
      'One-page checkout: GENERAL limited',
    );
    expect(seen(told(ONE_PAGE).open('c1', 2).rollBack('c1', 'previousStage'))).toBe(
      'One-page checkout: LIMITED withdrawn',
    );
    expect(seen(told(ONE_PAGE).open('c1', 2).rollBack('c1', 'previousStage').open('c1'))).toBe(
      'One-page checkout: LIMITED limited',
    );
    for (const times of [1, 2, 3, 4]) {
      expect(seen(told(ONE_PAGE).open('c1', times).rollBack('c1'))).toMatch(/withdrawn$/);
    }
    expect(seen(told(ONE_PAGE).rollBack('c1'))).toBe('One-page checkout: PLANNED withdrawn');
  });

  it('a kill does too, a revival gives back what a completed one had', () => {
    const tale = told(ONE_PAGE).open('c1', 5).kill();
    expect(seen(tale)).toBe('One-page checkout: GENERAL withdrawn');
    expect(seen(tale.revive())).toBe('One-page checkout: GENERAL available');
    const live = told(ONE_PAGE).open('c1', 3).kill();
    expect(seen(live)).toBe('One-page checkout: GENERAL withdrawn');
    expect(seen(live.revive())).toBe('One-page checkout: GENERAL withdrawn');
    expect(seen(told(ONE_PAGE).kill())).toBe('One-page checkout: PLANNED withdrawn');
  });

  it('what lapses before it begins, or is rejected, is withdrawn', () => {
    const tale = new Tale().propose(contractOf('c1', ONE_PAGE));
    expect(seen(tale, tale.nowMs + 6 * DAY)).toBe('One-page checkout: PLANNED planned');
    expect(seen(tale, tale.nowMs + 8 * DAY)).toBe('One-page checkout: PLANNED withdrawn');
    expect(seen(tale.reject('c1'))).toBe('One-page checkout: PLANNED withdrawn');
  });

  it('a hand in the store counts: what it caps is limited, what it takes to nothing is withdrawn', () => {
    expect(seen(told(ONE_PAGE).open('c1', 5).cap(20_000))).toBe('One-page checkout: GENERAL limited');
    expect(seen(told(ONE_PAGE).open('c1', 5).cap(0))).toBe('One-page checkout: GENERAL withdrawn');
  });
});

describe('what is not for customers', () => {
  it('a capability that was not announced, until they meet it; then nothing of before', () => {
    const tale = told(QUIET);
    expect(seen(tale)).toBe('nothing');
    expect(seen(tale.open('c1'))).toBe('nothing');
    expect(seen(tale.open('c1'))).toBe('One-page checkout: LIMITED limited');
    expect(steps(tale)).toEqual(['LIMITED']);
    expect(seen(told(QUIET).open('c1').rollBack('c1'))).toBe('nothing');
  });

  it('a contract in which nobody wrote for them', () => {
    expect(seen(told(null).open('c1', 5))).toBe('nothing');
  });

  it('a stage of internals only, whatever it calls itself', () => {
    const stages = [
      stageInput('a', 10, { audience: 'LIMITED', scope: { ...BETA, groups: ['internal'] } }),
      stageInput('b', 20),
    ];
    const tale = new Tale()
      .propose(contractOf('c1', QUIET, { stages }))
      .create('c1')
      .open('c1');
    expect(seen(tale)).toBe('nothing');
    expect(seen(tale.open('c1'))).toBe('One-page checkout: GENERAL limited');
  });

  it('a dry run', () => {
    const dry = new Tale().propose(contractOf('c1', QUIET)).create('c1', true).open('dry-c1', 5);
    expect(dry.rollout('dry-c1').wedgeState).toBe('COMPLETE');
    expect(seen(dry)).toBe('nothing');
    const planned = new Tale().propose(contractOf('c1', ONE_PAGE)).create('c1', true).open('dry-c1', 5);
    expect(steps(planned)).toEqual(['PLANNED']);
  });
});

const AMONG_BETA = [
  stageInput('inside', 10, { audience: 'INTERNAL', scope: { ...BETA, groups: ['internal'] } }),
  stageInput('beta', 20, { audience: 'LIMITED', scope: BETA }),
];
const WIDER = [stageInput('more', 40, { audience: 'LIMITED', scope: BETA }), stageInput('everyone', 100)];
/** Completed among beta testers. */
const settled = () =>
  new Tale()
    .propose(contractOf('c1', ONE_PAGE, { stages: AMONG_BETA }))
    .create('c1')
    .open('c1', 3);

describe('several contracts of one feature', () => {
  it('what was rolled back is forgotten once another one is announced', () => {
    const tale = told(ONE_PAGE).open('c1', 3).rollBack('c1');
    expect(
      seen(
        tale
          .propose(contractOf('c2', { ...NEXT, announced: false }))
          .create('c2')
          .open('c2'),
      ),
    ).toBe('One-page checkout: GENERAL withdrawn');
    expect(seen(tale.open('c2'))).toBe('Checkout by voice: LIMITED limited');
    const announced = told(ONE_PAGE).open('c1', 3).rollBack('c1').propose(contractOf('c2', NEXT));
    expect(seen(announced)).toBe('Checkout by voice: PLANNED planned');
    expect(steps(announced)).toEqual(['PLANNED']);
  });

  it('a plan says nothing while customers have what an earlier one left, nor what is among internals', () => {
    const tale = settled();
    expect(seen(tale)).toBe('One-page checkout: LIMITED limited');
    expect(seen(tale.propose(contractOf('c2', NEXT)).create('c2'))).toBe('One-page checkout: LIMITED limited');
    expect(seen(tale.open('c2'))).toBe('One-page checkout: LIMITED limited');
    expect(seen(tale.open('c2'))).toBe('Checkout by voice: LIMITED limited');
    expect(steps(tale)).toEqual(['PLANNED', 'INTERNAL', 'LIMITED']);
  });

  it('rolled back to what an earlier one left, it leaves that', () => {
    const tale = settled()
      .propose(contractOf('c2', NEXT, { stages: WIDER }))
      .create('c2')
      .open('c2', 2);
    expect(seen(tale)).toBe('Checkout by voice: GENERAL limited');
    expect(seen(tale.rollBack('c2'))).toBe('One-page checkout: LIMITED limited');
    expect(seen(tale.kill())).toBe('One-page checkout: LIMITED withdrawn');
    const whole = told(ONE_PAGE).open('c1', 5);
    expect(seen(whole.propose(contractOf('c2', NEXT)).create('c2').open('c2').rollBack('c2'))).toBe(
      'One-page checkout: GENERAL available',
    );
  });

  it('rolled back to what a contract without words left, it is withdrawn', () => {
    const silent = new Tale()
      .propose(contractOf('c1', null, { stages: AMONG_BETA }))
      .create('c1')
      .open('c1', 3);
    const tale = silent
      .propose(contractOf('c2', NEXT, { stages: WIDER }))
      .create('c2')
      .open('c2', 2);
    expect(seen(tale)).toBe('Checkout by voice: GENERAL limited');
    expect(seen(tale.rollBack('c2'))).toBe('Checkout by voice: GENERAL withdrawn');
  });

  it('one without words that goes further makes what has words available', () => {
    const tale = settled()
      .propose(contractOf('c2', null, { stages: WIDER }))
      .create('c2')
      .open('c2', 3);
    expect(seen(tale)).toBe('One-page checkout: LIMITED available');
  });

  it('a takeover goes on with the timeline, and its rollback leads to before both', () => {
    const tale = told(ONE_PAGE).open('c1', 2);
    tale
      .propose(contractOf('c2', { ...ONE_PAGE, name: 'Checkout' }, { supersedes: 'c1', stages: WIDER }))
      .create('c2')
      .open('c2');
    expect(tale.rollout('c1').wedgeState).toBe('SUPERSEDED');
    expect(seen(tale)).toBe('Checkout: LIMITED limited');
    expect(seen(tale.open('c2', 2))).toBe('Checkout: GENERAL limited');
    expect(steps(tale)).toEqual(['PLANNED', 'INTERNAL', 'LIMITED', 'GENERAL']);
    expect(seen(tale.rollBack('c2'))).toBe('Checkout: GENERAL withdrawn');
  });

  it('a kill makes the next announcement a plan only when that comes after it', () => {
    const tale = told(ONE_PAGE).open('c1', 5).kill().propose(contractOf('c2', NEXT));
    expect(seen(tale)).toBe('Checkout by voice: PLANNED planned');
    expect(seen(told(ONE_PAGE).open('c1', 5).propose(contractOf('c2', NEXT)).kill())).toBe(
      'One-page checkout: GENERAL withdrawn',
    );
  });
});
