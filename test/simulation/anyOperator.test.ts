import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutOffLives, hurriedLives, type Life, orderlyLives } from './anyOperator/acts.ts';
import { BROKEN } from './anyOperator/broken.ts';
import { live } from './anyOperator/life.ts';
import type { Broken } from './anyOperator/setting.ts';

/** More of them where somebody has the time: `SIMULATION_RUNS=2000`. */
const RUNS = Number(process.env['SIMULATION_RUNS'] ?? 40);
/** Of the negative controls: what is found once is found always. */
const SEED = 1;
const MOST_RUNS_TO_FIND = 200;

const lived = (lives: fc.Arbitrary<Life>, broken?: Broken) =>
  fc.asyncProperty(lives, async (life) => void (await live(life, broken)));
const holds = (lives: fc.Arbitrary<Life>) =>
  fc.assert(lived(lives), { numRuns: RUNS, interruptAfterTimeLimit: 600_000 });

describe('whatever people do, the verifier finds nothing and nobody is met beyond the word of the ledger', {
  timeout: 900_000,
}, () => {
  it('where nothing outside fails and one waits for the other', () => holds(orderlyLives));
  it('where two come at once', () => holds(hurriedLives));
  it('where ledger and store come and go', () => holds(cutOffLives));
});

describe('negative controls: it is found where something', () => {
  it.for(Object.entries(BROKEN))('%s', { timeout: 120_000 }, async ([, broken]) => {
    const { failed, numRuns } = await fc.check(lived(orderlyLives, broken), {
      numRuns: MOST_RUNS_TO_FIND,
      seed: SEED,
      endOnFailure: true,
    });
    expect({ failed, numRuns }).toMatchObject({ failed: true });
  });
});
