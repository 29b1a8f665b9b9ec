import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from '../shop/pages.ts';
import { contractAnswer, preflightAnswer, rolloutAnswer, statusAnswer } from '../sluice/answers.ts';
import type { Session } from '../sluice/session.ts';
import { contractFor } from './plan.ts';
import { METRIC_SOURCE } from './sluiceEnv.ts';

export type Actors = { readonly operator: Session; readonly approver: Session };

const PREFLIGHT_ATTEMPTS = 20;

/** From the contract to the started rollout, whose id it answers, as two people do it: one proposes, the other approves. */
export async function startRelease(
  page: Page,
  { operator, approver }: Actors,
  happened: (text: string) => void,
): Promise<string> {
  const contract = await operator.post('/v1/contracts', contractFor(page, METRIC_SOURCE), contractAnswer);
  happened('Olga proposes the contract: 10 %, then 25, 50 and 100; back at more than 10 % errors');
  const word = { decision: 'approve', digest: contract.digest };
  await approver.post(`/v1/contracts/${contract.id}/approvals`, word, contractAnswer);
  happened(`Paul approves it by its digest ${contract.digest.slice(0, 12)}…`);
  const { id } = await operator.post('/v1/rollouts', { contractId: contract.id }, rolloutAnswer);
  await passPreflight(operator, id);
  happened('the preflight passes: the metrics answer, the ledger can be written');
  const { version } = await operator.get(`/v1/rollouts/${id}/status`, statusAnswer);
  await operator.post(`/v1/rollouts/${id}/start`, { reason: 'the demo begins' }, statusAnswer, version);
  happened('Olga starts it, and nobody touches it any more');
  return id;
}

/** A shop that has just opened has been scraped once at most. */
async function passPreflight(operator: Session, rolloutId: string): Promise<void> {
  for (let attempt = 1; attempt <= PREFLIGHT_ATTEMPTS; attempt += 1) {
    const { passed } = await operator.post(`/v1/rollouts/${rolloutId}/preflight`, {}, preflightAnswer);
    if (passed) return;
    await sleep(1000);
  }
  throw new Error(`the preflight of rollout ${rolloutId} does not pass`);
}
