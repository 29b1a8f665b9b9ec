import type { Principal } from '../../domain/governance/role.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import type { RolloutState } from '../../domain/rollout/state.ts';
import type { AuditDesk, RecordedVerdict, RolloutAudit } from '../application.ts';
import { type AuditorsWord, sayAsAuditor } from '../audit/auditorsWord.ts';
import type { ChainAudit } from '../audit/chainAudit.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { RolloutRegister } from '../ports/rolloutRegister.ts';
import { Refusal } from '../refusal.ts';

export type AuditsDeps = {
  readonly rollouts: RolloutRegister;
  readonly ledger: Ledger;
  readonly audit: ChainAudit;
  readonly clock: Clock;
};

const PAGE = 500;

/** What an auditor asks and says of a rollout. */
export class Audits implements AuditDesk {
  readonly #deps: AuditsDeps;

  constructor(deps: AuditsDeps) {
    this.#deps = deps;
  }

  async of(id: string): Promise<RolloutAudit> {
    const { contract, feature } = await this.#state(id);
    const report = await this.#deps.audit.report({ id, feature }, this.#deps.clock.nowMs());
    return { rolloutId: id, feature, audit: contract.audit, report, verdicts: await this.#verdicts(id) };
  }

  async say(who: Principal, id: string, word: AuditorsWord): Promise<RolloutAudit> {
    await sayAsAuditor(this.#deps, who, await this.#state(id), word);
    return this.of(id);
  }

  async #state(id: string): Promise<RolloutState> {
    const record = await this.#deps.rollouts.get(id);
    if (record === null) throw new Refusal('NOT_FOUND', 'no such rollout');
    return record.state;
  }

  /** All that were recorded, Sluice's and people's, oldest first. */
  async #verdicts(id: string): Promise<readonly RecordedVerdict[]> {
    const verdicts: RecordedVerdict[] = [];
    for (let afterSeq = 0; ; ) {
      const page: readonly Entry[] = await this.#deps.ledger.entriesOfRollout(id, { afterSeq, limit: PAGE });
      verdicts.push(...page.flatMap(recordedIn));
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) return verdicts;
      afterSeq = last.seq;
    }
  }
}

function recordedIn(entry: Entry): readonly RecordedVerdict[] {
  if (entry.type !== 'audited') return [];
  const { subject, verdict, throughSeq, findings } = entry.data;
  const { seq, at, actor, visit, comment } = entry;
  return [{ seq, at, by: actor, subject, visit: visit ?? 0, verdict, throughSeq, findings, comment }];
}
