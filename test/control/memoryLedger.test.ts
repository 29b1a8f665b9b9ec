import { describe, expect, test } from 'vitest';
import { LedgerUnreachable } from '../../src/control/ports/ledger.ts';
import { ledgerContract } from '../contracts/ledger.ts';
import { projectionReaderContract } from '../contracts/projectionReader.ts';
import { registersContract } from '../contracts/registers.ts';
import { rolloutRegisterContract } from '../contracts/rolloutRegister.ts';
import { waiverRegisterContract } from '../contracts/waiverRegister.ts';
import { memoryLedger } from '../support/memoryLedger.ts';

const open = async () => {
  const kept = memoryLedger();
  return { kept, another: async () => kept, close: async () => {} };
};

ledgerContract('in memory', open);
rolloutRegisterContract('in memory', open);
registersContract('in memory', open);
projectionReaderContract('in memory', open);
waiverRegisterContract('in memory', open);

describe('the memory that is cut off', () => {
  test('is unreachable until it is mended, and has forgotten nothing', async () => {
    const kept = memoryLedger();
    kept.cut();
    await expect(kept.rollouts.countLive()).rejects.toThrow(LedgerUnreachable);
    await expect(kept.ledger.ping()).rejects.toThrow(LedgerUnreachable);
    kept.mend();
    expect(await kept.rollouts.countLive()).toBe(0);
  });
});
