import fc from 'fast-check';
import { expect } from 'vitest';
import { type Act, acts, beginnings } from './act.ts';
import { BLAST_RADIUS, plans } from './plan.ts';
import { RolloutModel, type View } from './rolloutModel.ts';
import { SimulatedRollout } from './simulatedRollout.ts';

/** What may raise exposure; everything else leaves it or lowers it. */
const OPENING: readonly Act['do'][] = ['looks', 'clock', 'start', 'advance', 'revive'];
/** What waits for nothing: refused at most where there is nothing to close. */
const CLOSING: readonly Act['do'][] = ['pause', 'rollback', 'kill'];
/** After the beginning. */
export const MOST_ACTS = 18;
/** Sequences in every check, and in the whole suite. */
export const SOME = 300;
export const MANY = 10_000;
/** Of the negative controls: what is found once is found always. */
const SEED = 1;

/** One act, done to the model and to Sluice: both must give the same answer and look the same afterwards. */
class Done implements fc.AsyncCommand<RolloutModel, SimulatedRollout> {
  readonly #act: Act;

  constructor(act: Act) {
    this.#act = act;
  }

  check(model: Readonly<RolloutModel>): boolean {
    return this.#act.do !== 'tryAgain' || model.mayTryAgain;
  }

  async run(model: RolloutModel, real: SimulatedRollout): Promise<void> {
    const [before, entriesBefore] = [model.view(), await real.entries()];
    const expected = model.does(this.#act);
    expect(await real.does(this.#act)).toBe(expected);
    const after = await real.view();
    expect(after).toEqual(model.view());
    this.#obeysTheLaw(expected, before, after);
    if (expected.startsWith('refused')) expect(await real.entries()).toBe(entriesBefore);
    expect(real.faults).toEqual([]);
  }

  /** What holds whatever the model says. */
  #obeysTheLaw(answer: string, before: View, after: View): void {
    expect(after.exposed).toBeLessThanOrEqual(BLAST_RADIUS);
    if (!OPENING.includes(this.#act.do)) expect(after.exposed).toBeLessThanOrEqual(before.exposed);
    if (CLOSING.includes(this.#act.do)) expect(['accepted', 'refused ILLEGAL_STATE']).toContain(answer);
    const wasOver = before.wedgeState === 'COMPLETE' || before.wedgeState === 'ROLLED_BACK';
    if (wasOver && this.#act.do !== 'tryAgain') expect(after.wedgeState).toBe(before.wedgeState);
  }

  toString(): string {
    return JSON.stringify(this.#act);
  }
}

const commands = fc.commands([acts.map((act) => new Done(act))], { maxCommands: MOST_ACTS, size: 'max' });

const lives = fc.asyncProperty(plans, beginnings, commands, async (plan, beginning, anything) => {
  const [model, real] = [new RolloutModel(plan), await SimulatedRollout.created(plan)];
  for (const act of beginning) await new Done(act).run(model, real);
  await fc.asyncModelRun(() => ({ model, real }), anything);
});

/** Over so many sequences of acts, model and Sluice never part. */
export const agreeing = (numRuns: number) => fc.assert(lives, { numRuns, interruptAfterTimeLimit: 900_000 });

/** True where they part within so many sequences. */
export async function isFound(numRuns: number): Promise<boolean> {
  const { failed } = await fc.check(lives, { numRuns, seed: SEED, endOnFailure: true });
  return failed;
}
