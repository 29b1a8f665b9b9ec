import type { Principal } from '../../../domain/governance/role.ts';
import { draft } from '../../../domain/rollout/draft.ts';
import { actorOf } from '../../actorOf.ts';
import { appendEntries, type Recording } from '../../appendEntries.ts';
import { nowFor } from '../../nowFor.ts';
import type { RolloutRecord } from '../../ports/rolloutRegister.ts';
import { Refusal } from '../../refusal.ts';

/** Ends a pause: acknowledges the pause criteria that fail at this moment, and begins the clocks anew. It raises nothing. */
export async function resume(
  deps: Recording,
  who: Principal,
  record: RolloutRecord,
  comment: string | null,
): Promise<void> {
  const { state, tick } = record;
  // Of this exposure: the same place in another stage is another criterion.
  const poll = tick?.poll.epoch === state.epoch ? tick.poll : null;
  const failing = (poll?.verdicts ?? []).filter(({ severity, outcome }) => severity === 'pause' && outcome === 'fail');
  const stillMuted = poll?.muted ?? state.acknowledged;
  const acknowledged = [...new Set([...stillMuted, ...failing.map(({ key }) => key)])];
  const saying = {
    atMs: nowFor(record, deps.clock.nowMs()),
    actor: actorOf(who),
    reason: 'operator' as const,
    comment,
    evidence: null,
  };
  const entry = draft(state, saying, { type: 'resumed', data: { acknowledged } });
  const expected = { rollout: { id: state.id, version: state.version } };
  const outcome = await appendEntries('execution', deps, [entry], expected);
  if (outcome.kind === 'conflict') throw new Refusal('VERSION_STALE', 'the rollout changed meanwhile; look again');
}
