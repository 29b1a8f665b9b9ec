import { expect, test } from 'vitest';
import { MemoryAcknowledgements } from '../../src/adapters/memory/acknowledgements.ts';
import { acknowledgementRegisterContract } from '../contracts/acknowledgementRegister.ts';

acknowledgementRegisterContract('in memory', async () => {
  const register = new MemoryAcknowledgements();
  return { register, another: async () => register, close: async () => {} };
});

test('words that are old are forgotten', async () => {
  const register = new MemoryAcknowledgements();
  await register.acknowledge([{ member: 'a', feature: 'old', version: 1 }], 1);
  await register.acknowledge([{ member: 'a', feature: 'new', version: 1 }], 2);
  await register.forgetBefore(2);
  expect((await register.acknowledgements(['old', 'new'])).map(({ feature }) => feature)).toEqual(['new']);
});
