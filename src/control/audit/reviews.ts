import type { Principal } from '../../domain/governance/role.ts';
import { draft } from '../../domain/rollout/draft.ts';
import type { Alert, RolloutState } from '../../domain/rollout/state.ts';
import { actorOf } from '../actorOf.ts';
import { appendEntries } from '../appendEntries.ts';
import type { ReviewDesk, ReviewWord } from '../governanceDesks.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { RolloutRegister } from '../ports/rolloutRegister.ts';
import { Refusal } from '../refusal.ts';

export type ReviewsDeps = {
  readonly rollouts: RolloutRegister;
  readonly ledger: Ledger;
  readonly clock: Clock;
};

/** What people say of alerts. It is recorded who looked and what they found; it changes nothing. */
export class Reviews implements ReviewDesk {
  readonly #deps: ReviewsDeps;

  constructor(deps: ReviewsDeps) {
    this.#deps = deps;
  }

  async give(who: Principal, rolloutId: string, { criterion, comment }: ReviewWord): Promise<void> {
    const record = await this.#deps.rollouts.get(rolloutId);
    if (record === null) throw new Refusal('NOT_FOUND', 'no such rollout');
    const alert = standingAlert(record.state, criterion);
    if (alert.review === null) await this.#record(who, record.state, alert, comment);
  }

  async #record(who: Principal, state: RolloutState, { criterion, sli }: Alert, comment: string): Promise<void> {
    const saying = { atMs: this.#deps.clock.nowMs(), actor: actorOf(who), reason: 'operator' as const };
    const said = { ...saying, comment, evidence: null };
    const entry = draft(state, said, { type: 'reviewed', data: { criterion, sli } });
    // Another visit has alerts of its own: a word on this one must not stand there.
    const expected = { rollout: { id: state.id, version: state.version } };
    const outcome = await appendEntries('audit', this.#deps, [entry], expected);
    if (outcome.kind === 'conflict') throw new Refusal('CONFLICT', 'the rollout changed meanwhile; look again');
  }
}

function standingAlert({ alerts }: RolloutState, criterion: string): Alert {
  const alert = alerts.find((standing) => standing.criterion === criterion);
  if (alert !== undefined) return alert;
  const asked = alerts.map((standing) => standing.criterion).join(', ');
  throw new Refusal('REVIEW_NOT_ASKED', asked === '' ? 'no alert stands' : `the alerts are of ${asked}`);
}
