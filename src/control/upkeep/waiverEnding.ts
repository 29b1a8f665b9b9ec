import { waiverDraft } from '../../domain/governance/waiverDraft.ts';
import type { WaiverState } from '../../domain/governance/waiverState.ts';
import { SLUICE } from '../../domain/ledger/entry.ts';
import { appendEntries } from '../appendEntries.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { WaiverRegister } from '../ports/waiverRegister.ts';

export type WaiverEndingDeps = {
  readonly waivers: WaiverRegister;
  readonly ledger: Ledger;
  readonly clock: Clock;
};

const BATCH = 100;

/** Records the end of each waiver once, whichever replica sees it first, and lets people hear of it. The hold does not wait for this. */
export class WaiverEnding {
  readonly #deps: WaiverEndingDeps;

  constructor(deps: WaiverEndingDeps) {
    this.#deps = deps;
  }

  /** One batch; answers how many ends it recorded. */
  async run(): Promise<number> {
    const nowMs = this.#deps.clock.nowMs();
    const over = await this.#deps.waivers.over(nowMs, BATCH);
    const recorded: WaiverState[] = [];
    for (const waiver of over) if (await this.#record(waiver, nowMs)) recorded.push(waiver);
    return recorded.length;
  }

  /** Loses against another replica, or against a word that came in time: the next look finds what is left. */
  async #record({ waiverId, version, feature, rules }: WaiverState, nowMs: number): Promise<boolean> {
    const saying = { atMs: nowMs, actor: SLUICE, comment: null };
    const said = { type: 'waiverExpired' as const, data: { waiverId, rules } };
    const draft = waiverDraft({ feature, policyDigest: null }, saying, said);
    const outcome = await appendEntries('upkeep', this.#deps, [draft], { waivers: [{ id: waiverId, version }] });
    return outcome.kind === 'appended';
  }
}
