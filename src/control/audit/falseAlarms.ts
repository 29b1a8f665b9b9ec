import type { Principal } from '../../domain/governance/role.ts';
import { draft } from '../../domain/rollout/draft.ts';
import { actorOf } from '../actorOf.ts';
import { appendEntries } from '../appendEntries.ts';
import type { FalseAlarmDesk } from '../governanceDesks.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { RolloutRecord, RolloutRegister } from '../ports/rolloutRegister.ts';
import { Refusal } from '../refusal.ts';

export type FalseAlarmsDeps = {
  readonly rollouts: RolloutRegister;
  readonly ledger: Ledger;
  readonly clock: Clock;
};

/** What people found out afterwards: an automatic rollback that was none too soon but too much. It changes nothing, and is counted. */
export class FalseAlarms implements FalseAlarmDesk {
  readonly #deps: FalseAlarmsDeps;

  constructor(deps: FalseAlarmsDeps) {
    this.#deps = deps;
  }

  async mark(who: Principal, rolloutId: string, comment: string): Promise<RolloutRecord> {
    const { state } = await this.#rollout(rolloutId);
    const { wedgeState } = state;
    if (state.automaticRollbacks === 0) {
      throw new Refusal('ILLEGAL_STATE', 'no automatic rollback of it took anything back', { wedgeState, allowed: [] });
    }
    if (state.falseAlarmBy === null) {
      const saying = { atMs: this.#deps.clock.nowMs(), actor: actorOf(who), reason: 'operator' as const };
      const said = { ...saying, comment, evidence: null };
      await appendEntries('audit', this.#deps, [draft(state, said, { type: 'falseAlarmMarked', data: {} })], {});
    }
    return this.#rollout(rolloutId);
  }

  async #rollout(id: string): Promise<RolloutRecord> {
    const record = await this.#deps.rollouts.get(id);
    if (record === null) throw new Refusal('NOT_FOUND', 'no such rollout');
    return record;
  }
}
