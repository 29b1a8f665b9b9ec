import type { AuditVerdict } from '../../domain/audit/report.ts';
import type { Principal } from '../../domain/governance/role.ts';
import { allowedCommands } from '../../domain/rollout/commands.ts';
import { draft } from '../../domain/rollout/draft.ts';
import { auditorsVerdict, isLastStage, isLive, type RolloutState } from '../../domain/rollout/state.ts';
import { actorOf } from '../actorOf.ts';
import { appendEntries } from '../appendEntries.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ledger } from '../ports/ledger.ts';
import { Refusal } from '../refusal.ts';

export type AuditorsWordDeps = { readonly ledger: Ledger; readonly clock: Clock };

export type AuditorsWord = {
  readonly verdict: AuditVerdict;
  /** null: what the rollout waits for. On the last stage that is the rollout, before it the visit. */
  readonly subject: 'visit' | 'rollout' | null;
  readonly findings: readonly string[];
  readonly comment: string | null;
};

/** An auditor's verdict on the present visit, or on the whole rollout. Terminal: there is no second one, but after a rollback, which voids a PASS of the rollout. */
export async function sayAsAuditor(
  deps: AuditorsWordDeps,
  who: Principal,
  state: RolloutState,
  word: AuditorsWord,
): Promise<void> {
  const subject = word.subject ?? (isLastStage(state) ? 'rollout' : 'visit');
  assertMaySay(who, state, { ...word, subject });
  const { verdict, findings, comment } = word;
  const throughSeq = (await deps.ledger.head(state.feature)).seq;
  const saying = {
    atMs: deps.clock.nowMs(),
    actor: actorOf(who),
    reason: 'operator' as const,
    comment,
    evidence: null,
  };
  const entry = draft(state, saying, { type: 'audited', data: { subject, verdict, throughSeq, findings } });
  const outcome = await appendEntries('audit', deps, [entry], { rollout: { id: state.id, version: state.version } });
  if (outcome.kind === 'conflict') throw new Refusal('CONFLICT', 'the rollout changed meanwhile; look again');
}

function assertMaySay(
  who: Principal,
  state: RolloutState,
  { subject, verdict }: { readonly subject: 'visit' | 'rollout'; readonly verdict: AuditVerdict },
): void {
  if (state.contract.audit !== 'external')
    throw new Refusal('AUDIT_NOT_EXTERNAL', 'its contract says `audit: "automatic"`');
  if (who.subject === state.proposer)
    throw new Refusal('FOUR_EYES', 'whoever proposed the contract does not audit its rollout');
  const standing = auditorsVerdict(state, subject);
  if (standing !== null) throw new Refusal('VERDICT_STANDS', `the verdict on this ${subject} is ${standing}`);
  if (!isLive(state)) throw notNow(state, `a verdict is said while a rollout is live, and it is ${state.wedgeState}`);
  // In the ramp nothing of the stage was observed: a PASS, which is terminal, would stand there before any proof.
  if (state.phase === 'ramp' && verdict !== 'FAIL') throw notNow(state, 'a visit is audited once it has begun');
  // A PASS of the whole is said with the last stage in sight, or nobody would have looked at it.
  if (subject === 'rollout' && verdict !== 'FAIL' && !isLastStage(state))
    throw notNow(state, 'a rollout is passed in its last stage');
}

const notNow = (state: RolloutState, detail: string) =>
  new Refusal('ILLEGAL_STATE', detail, { wedgeState: state.wedgeState, allowed: allowedCommands(state.wedgeState) });
