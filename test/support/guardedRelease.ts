import type { CountQuery } from '../../src/domain/health/countQuery.ts';
import type { Entry } from '../../src/domain/ledger/entry.ts';
import { audited, failedChecks } from './audited.ts';
import { forged, type Open } from './forged.ts';
import { type ProposalInput, proposalInput, stageInput } from './proposals.ts';
import { healthy, measure, recordOf, startedRollout } from './release.ts';
import { type Replica, startReplica, type World, worldOf } from './simulatedInstallation.ts';

const STAGES = [stageInput('canary', 10), stageInput('half', 50), stageInput('everyone', 100)];

type Arms = { readonly treatment: number; readonly control: number };
export const EVEN: Arms = { treatment: 10, control: 10 };

/** So many of each arm in a second, and of them so many bad ones. */
export function serve(
  world: World,
  sli: string,
  perSecond: Arms,
  badShare: Arms = { treatment: 0.01, control: 0.01 },
): void {
  for (const arm of ['treatment', 'control'] as const) {
    world.metrics.tally(sli, arm, ({ fromMs, toMs }: CountQuery) => {
      const total = Math.round((perSecond[arm] * (toMs - fromMs)) / 1000);
      return { total, bad: Math.round(badShare[arm] * total) };
    });
  }
}

/** A release that is judged by windows alone, which see nothing but health; both arms are served alike. */
export async function guardedRelease(
  more: Partial<ProposalInput> = {},
  wedge: Partial<ProposalInput['rolloutWedge']> = {},
) {
  const world = worldOf();
  healthy(world);
  measure(world, 'queue', 100);
  serve(world, 'error_rate', EVEN);
  serve(world, 'units', EVEN);
  const replica = await startReplica(world);
  const id = await startedRollout(replica, proposalInput(more, { wedgeStages: STAGES, ...wedge }));
  return { world, replica, id };
}

export const verdictOf = async (replica: Replica, id: string, key: string) =>
  (await recordOf(replica, id)).tick?.poll.verdicts.find((verdict) => verdict.key === key);

/** The checks that find what a hand has forged. */
export const findersOf = (chain: readonly Entry[], hand: (entries: Open[]) => void) =>
  failedChecks(audited(forged(chain, hand), Date.parse(chain.at(-1)?.at ?? '')));

export function verdictIn(entry: { readonly evidence: Open['evidence'] }, key: string) {
  const verdict = entry.evidence?.poll?.verdicts.find((one) => one.key === key);
  if (verdict === undefined) throw new Error(`${key} is not in the evidence`);
  return verdict;
}
