import { expect, test } from 'vitest';
import { hardKillVariable } from '../../../src/domain/feature/hardKill.ts';

test('the variable is the key in upper case, all else underscores', () => {
  expect(hardKillVariable('checkout-v2')).toBe('FEATURE_CHECKOUT_V2_ENABLED');
  expect(hardKillVariable('a.b_c-9')).toBe('FEATURE_A_B_C_9_ENABLED');
});
