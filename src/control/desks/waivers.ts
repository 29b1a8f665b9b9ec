import type { Principal } from '../../domain/governance/role.ts';
import { type WaiverState, waiverStanding } from '../../domain/governance/waiverState.ts';
import { sayOnWaiver, type WaiverWord } from '../approval/waiverApproval.ts';
import type { WaiverDesk, WaiverRecord } from '../governanceDesks.ts';
import type { Clock } from '../ports/clock.ts';
import type { Cursor } from '../ports/featureRegister.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { WaiverFilter, WaiverRegister } from '../ports/waiverRegister.ts';
import type { WaiverRequests } from '../proposal/waiverRequests.ts';
import { Refusal } from '../refusal.ts';

export type WaiversDeps = {
  readonly waivers: WaiverRegister;
  readonly waiverRequests: WaiverRequests;
  readonly ledger: Ledger;
  readonly clock: Clock;
};

/** Waivers: asked for by one, granted by two others. */
export class Waivers implements WaiverDesk {
  readonly #deps: WaiversDeps;

  constructor(deps: WaiversDeps) {
    this.#deps = deps;
  }

  async request(who: Principal, input: unknown): Promise<WaiverRecord> {
    return this.get(await this.#deps.waiverRequests.request(who, input));
  }

  async get(id: string): Promise<WaiverRecord> {
    const state = await this.#deps.waivers.get(id);
    if (state === null) throw new Refusal('NOT_FOUND', 'no such waiver');
    return this.#record(state);
  }

  async list(filter: WaiverFilter, cursor: Cursor): Promise<readonly WaiverRecord[]> {
    const states = await this.#deps.waivers.list(filter, this.#deps.clock.nowMs(), cursor);
    return states.map((state) => this.#record(state));
  }

  async decide(who: Principal, id: string, word: WaiverWord): Promise<WaiverRecord> {
    await sayOnWaiver(this.#deps, who, id, word);
    return this.get(id);
  }

  #record(state: WaiverState): WaiverRecord {
    return { state, standing: waiverStanding(state, this.#deps.clock.nowMs()) };
  }
}
