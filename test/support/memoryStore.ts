import type { StoredRollout } from '../../src/adapters/postgres/appendPlan.ts';
import type { FeatureRecord } from '../../src/control/ports/featureRegister.ts';
import type { IdempotentAnswer } from '../../src/control/ports/idempotencyRegister.ts';
import { LedgerUnreachable } from '../../src/control/ports/ledger.ts';
import type { Notice } from '../../src/control/ports/outbox.ts';
import type { Tick } from '../../src/control/ports/rolloutRegister.ts';
import type { TokenRecord } from '../../src/control/ports/tokenRegister.ts';
import type { ContractState } from '../../src/domain/governance/contractState.ts';
import { type InstallationState, NEW_INSTALLATION } from '../../src/domain/governance/installationState.ts';
import type { WaiverState } from '../../src/domain/governance/waiverState.ts';
import { EMPTY_CHAIN, headOf } from '../../src/domain/ledger/chain.ts';
import type { Entry } from '../../src/domain/ledger/entry.ts';

export type Row = Omit<StoredRollout, 'tickAtMs'> & {
  readonly live: boolean;
  readonly tick: Tick | null;
  readonly leaseUntilMs: number | null;
};
type Held = { readonly requestHash: string; readonly begunAtMs: number; readonly answer: IdempotentAnswer | null };
type Waiting = { readonly notice: Notice; readonly attempts: number; readonly dueAtMs: number | null };

export class MemoryStore {
  readonly chains = new Map<string, Entry[]>();
  readonly features = new Map<string, FeatureRecord>();
  readonly contracts = new Map<string, ContractState>();
  readonly waivers = new Map<string, WaiverState>();
  readonly rollouts = new Map<string, Row>();
  readonly ticks = new Map<string, Map<number, Tick>>();
  readonly tokens = new Map<string, TokenRecord>();
  readonly revoked = new Set<string>();
  readonly idempotency = new Map<string, Held>();
  readonly outbox = new Map<string, Waiting>();
  installation: InstallationState = NEW_INSTALLATION;
  noticesSoFar = 0;
  away = false;

  /** One step, as one transaction is: nobody comes in between. What goes out is a copy, as from a database. */
  async step<T>(work: () => T): Promise<T> {
    if (this.away) throw new LedgerUnreachable('the memory was told to be away');
    return copyOf(work());
  }

  headOf(chain: string) {
    const last = this.chains.get(chain)?.at(-1);
    return last === undefined ? EMPTY_CHAIN : headOf(last);
  }

  keepTick(id: string, tick: Tick): void {
    const kept = this.ticks.get(id) ?? new Map<number, Tick>();
    this.ticks.set(id, kept.set(tick.poll.atMs, copyOf(tick)));
  }
}

/** As it would come back from a database. */
export function copyOf<T>(value: T): T {
  if (value === undefined) return value;
  return JSON.parse(JSON.stringify(value)) as T;
}
