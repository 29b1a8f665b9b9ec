import { proposalInput, type StageInput, stageInput } from '../../test/support/proposals.ts';
import { exposed, startedRollout, stateOf, stored } from '../../test/support/release.ts';
import { ScrapedShop, type ShopConditions } from '../../test/support/scrapedShop.ts';
import { pollFor, type Replica, startReplica, worldOf } from '../../test/support/simulatedInstallation.ts';

const MINUTE_MS = 60_000;
const FEATURE = 'checkout-v2';
/** Each is minutes away from the next increase, so that none is decided by what was measured before. */
const SILENT_AFTER_MINUTES = [5, 20, 60, 100, 160];
const SILENT_HOURS = 12;
/** Before the start: nothing begins on a source without a past. */
const SCRAPED_BEFORE_MINUTES = 15;

const ALL_FAIL = { exposed: 100, others: 0.1 };

/** Ways to have no data, or none that says anything. Behind each the exposed fail altogether, and are tried faring well too. */
const SILENCES: Readonly<Record<string, Partial<ShopConditions>>> = {
  targetGone: { page: 'refused' },
  seriesGone: { page: 'empty' },
  labelGone: { page: 'unlabelled' },
  notANumber: { page: 'NaN' },
  infinite: { page: '+Inf' },
  noTraffic: { requests: 0 },
  stale: { hangs: true },
  clockBehind: { behindMs: 10 * MINUTE_MS },
};

export type NoData = {
  readonly scenarios: number;
  /** What advanced or rolled back: the silence and its minute. None is wanted. */
  readonly moved: readonly string[];
};

/** Whole controllers on a shop that the true source scrapes, which loses its data at some minute of a healthy release. */
export async function noDataScenarios(): Promise<NoData> {
  for (const seen of [{}, { errorPercent: ALL_FAIL }]) {
    if (!(await moves(seen, 5)))
      throw new Error('the installation stands still with data too: its scenarios say nothing');
  }
  const moved: string[] = [];
  let scenarios = 0;
  for (const [name, silence] of Object.entries(SILENCES)) {
    for (const minutes of SILENT_AFTER_MINUTES) {
      for (const [fares, more] of Object.entries({ well: {}, badly: { errorPercent: ALL_FAIL } })) {
        scenarios += 1;
        if (await moves({ ...more, ...silence }, minutes)) moved.push(`${name}, faring ${fares}, after ${minutes} min`);
      }
    }
  }
  return { scenarios, moved };
}

/** Both kinds of criteria: by a window, and by counts that add up. */
function judgedBothWays(stageId: string, targetPercentage: number): StageInput {
  const stage = stageInput(stageId, targetPercentage);
  const compared = { sli: 'error_rate', compare: 'sequential' as const, dispersion: 1 };
  return {
    ...stage,
    successCriteria: [...stage.successCriteria, compared],
    rollbackTrigger: [...stage.rollbackTrigger, compared],
  };
}

async function moves(silence: Partial<ShopConditions>, minutes: number): Promise<boolean> {
  const world = worldOf({ pollIntervalMs: MINUTE_MS });
  const shop = new ScrapedShop(world.clock, () => stored(world, FEATURE));
  const replica = await startReplica(world, { metrics: shop });
  await pollFor(replica, SCRAPED_BEFORE_MINUTES * MINUTE_MS);
  const wedgeStages = [judgedBothWays('canary', 10), judgedBothWays('half', 50), judgedBothWays('everyone', 100)];
  const id = await startedRollout(replica, proposalInput({}, { wedgeStages }));
  await pollFor(replica, minutes * MINUTE_MS);
  await shop.become(silence);
  const before = await standing(replica, id);
  await pollFor(replica, SILENT_HOURS * 60 * MINUTE_MS);
  if (world.faults.length > 0) throw new Error(world.faults.join('\n'));
  return (await standing(replica, id)) !== before;
}

/** Where it stands; holding and pausing do not change it. */
async function standing(replica: Replica, id: string): Promise<string> {
  const { wedgeState, phase, stageIndex } = await stateOf(replica, id);
  return JSON.stringify([wedgeState === 'ROLLED_BACK', phase, stageIndex, exposed(replica)]);
}
