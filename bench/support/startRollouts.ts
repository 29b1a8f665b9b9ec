import { z } from 'zod';
import { contractAnswer, featureAnswer, statusAnswer } from '../../src/demo/sluice/answers.ts';
import { Session } from '../../src/demo/sluice/session.ts';
import type { People } from '../../src/demo/story/people.ts';
import { proposalFor } from './proposal.ts';

export type StartedRollout = { readonly feature: string; readonly rolloutId: string; readonly salt: string };

const AT_ONCE = 8;
const createdRollout = z.object({ id: z.string(), version: z.number() });

/** So many features, each with an approved contract and its rollout started, all over the API. */
export async function startRollouts(
  count: number,
  sluiceUrl: string,
  people: People,
  signal: AbortSignal,
): Promise<readonly StartedRollout[]> {
  const operator = new Session(sluiceUrl, people.operator, signal);
  const approver = new Session(sluiceUrl, people.approver, signal);
  const keys = Array.from({ length: count }, (_, index) => `bench-${String(index).padStart(4, '0')}`).values();
  const started: StartedRollout[] = [];
  const work = async () => {
    for (const key of keys) started.push(await startOne(key, operator, approver));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return started;
}

async function startOne(key: string, operator: Session, approver: Session): Promise<StartedRollout> {
  const { salt } = await operator.post('/v1/features', { key }, featureAnswer);
  const { id, digest } = await operator.post('/v1/contracts', proposalFor(key), contractAnswer);
  await approver.post(`/v1/contracts/${id}/approvals`, { decision: 'approve', digest }, contractAnswer);
  const rollout = await operator.post('/v1/rollouts', { contractId: id }, createdRollout);
  await operator.post(`/v1/rollouts/${rollout.id}/start`, { reason: 'bench' }, statusAnswer, rollout.version);
  return { feature: key, rolloutId: rollout.id, salt };
}
