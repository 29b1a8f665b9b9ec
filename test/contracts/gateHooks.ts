import { expect, test } from 'vitest';
import type { GateHooks, GateQuestion } from '../../src/control/ports/gateHooks.ts';
import { T0 } from '../support/ledgerStory.ts';

export type GateHooksUnderTest = {
  /** `beforeStart` and `beforeAdvance` are set, `beforeComplete` is not. */
  readonly hooks: GateHooks;
  /** How whoever is asked answers from now on. */
  readonly answer: (how: 'agrees' | 'refuses' | 'breaks off') => void;
  /** By hook and id, as they arrived; one that was asked again counts once. */
  readonly asked: () => readonly string[];
};

export const QUESTION: GateQuestion = {
  hook: 'beforeAdvance',
  id: 'msg_rollout-1_7_beforeAdvance',
  rolloutId: 'rollout-1',
  feature: 'checkout-v2',
  stage: 'half',
  percentageFrom: 10,
  percentageTo: 50,
  reason: 'ready',
  detail: 'every criterion of the stage passes',
  atMs: T0,
};

/** What every `GateHooks` keeps to. */
export function gateHooksContract(under: () => GateHooksUnderTest): void {
  test('says which hooks are set', () => {
    const { hooks } = under();
    expect(hooks.isSet('beforeStart')).toBe(true);
    expect(hooks.isSet('beforeAdvance')).toBe(true);
    expect(hooks.isSet('beforeComplete')).toBe(false);
  });

  test('is null where whoever is asked agrees, and is asked by its id', async () => {
    const { hooks, answer, asked } = under();
    answer('agrees');
    expect(await hooks.ask(QUESTION)).toBeNull();
    const start: GateQuestion = { ...QUESTION, hook: 'beforeStart', id: 'msg_rollout-1_1_beforeStart' };
    expect(await hooks.ask(start)).toBeNull();
    expect(asked()).toEqual(['beforeAdvance msg_rollout-1_7_beforeAdvance', 'beforeStart msg_rollout-1_1_beforeStart']);
  });

  test('says what was said against it', async () => {
    const { hooks, answer } = under();
    answer('refuses');
    expect(await hooks.ask(QUESTION)).toBe('answered 409: no change ticket');
  });

  test('says why nobody could be asked, and throws nothing', async () => {
    const { hooks, answer } = under();
    answer('breaks off');
    expect(await hooks.ask(QUESTION)).toMatch(/^failed: /);
  });

  test('agrees again where whoever is asked does', async () => {
    const { hooks, answer } = under();
    answer('refuses');
    await hooks.ask(QUESTION);
    answer('agrees');
    expect(await hooks.ask(QUESTION)).toBeNull();
  });
}
