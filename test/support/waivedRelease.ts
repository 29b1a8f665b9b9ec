import { type ProposalInput, proposalInput } from './proposals.ts';
import { ANNA, EMIL, OLGA, type Replica } from './simulatedInstallation.ts';

const HOUR = 3_600_000;
export const SHORT_WINDOW = 'OBSERVATION_WINDOW_MINIMUM';

/** A plan that breaks one rule: it observes for half an hour. */
export const shortWindow = (more: Partial<ProposalInput> = {}): ProposalInput =>
  proposalInput(more, { observationWindowHours: 0.5 });

/** Olga asks for leave with this plan; answers the id. */
export async function askedWaiver(
  replica: Replica,
  input: ProposalInput,
  forMs = 2 * HOUR,
  rules: readonly string[] = [SHORT_WINDOW],
): Promise<string> {
  const { features, contracts, waivers, world } = replica;
  if ((await world.kept.features.get(input.feature)) === null) await features.create(OLGA, { key: input.feature });
  const { planDigest } = await contracts.validate(input);
  const expiresAt = new Date(world.clock.nowMs() + forMs).toISOString();
  const asked = { feature: input.feature, planDigest, rules, rationale: 'a fix of one line', expiresAt };
  return (await waivers.request(OLGA, asked)).state.waiverId;
}

/** The same, approved by Anna and Emil. */
export async function grantedWaiver(...asked: Parameters<typeof askedWaiver>): Promise<string> {
  const id = await askedWaiver(...asked);
  for (const who of [ANNA, EMIL]) await asked[0].waivers.decide(who, id, { decision: 'approve', comment: null });
  return id;
}
