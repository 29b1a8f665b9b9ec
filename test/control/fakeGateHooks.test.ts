import { beforeEach, describe } from 'vitest';
import { type GateHooksUnderTest, gateHooksContract } from '../contracts/gateHooks.ts';
import { FakeGateHooks } from '../support/fakeGateHooks.ts';

const SAID = {
  agrees: null,
  refuses: 'answered 409: no change ticket',
  'breaks off': 'failed: the connection broke off',
};

describe('the hooks that the tests of control ask', () => {
  let under: GateHooksUnderTest;
  beforeEach(() => {
    const hooks = new FakeGateHooks();
    under = {
      hooks,
      answer: (how) => {
        for (const hook of ['beforeStart', 'beforeAdvance'] as const) hooks.answer(hook, SAID[how]);
      },
      asked: () => hooks.asked.map(({ hook, id }) => `${hook} ${id}`),
    };
    under.answer('agrees');
  });

  gateHooksContract(() => under);
});
