import { type FlagListener, type FlagStore, FlagStoreUnreachable } from '../../src/control/ports/flagStore.ts';
import { LedgerUnreachable } from '../../src/control/ports/ledger.ts';
import type { StoredFlag } from '../../src/domain/feature/storedFlag.ts';
import { butFor, type Replica, startReplica, type World } from './simulatedInstallation.ts';

/** What a replica reaches of the world, each part of which can be cut off from it alone. */
export class LineOfReplica {
  readonly #world: World;
  readonly #cut = { store: false, ledger: false };
  /** Changes that it is still to hear of; null while it hears them at once. */
  #held: StoredFlag[] | null = null;
  #listener: FlagListener | null = null;

  constructor(world: World) {
    this.#world = world;
  }

  start(name: string): Promise<Replica> {
    const { kept, storeAcknowledgements } = this.#world;
    const ledgerCut = () => (this.#cut.ledger ? new LedgerUnreachable('cut') : null);
    const storeCut = () => (this.#cut.store ? new FlagStoreUnreachable('cut') : null);
    const ports = Object.entries(kept).map(([port, answers]) => [
      port,
      typeof answers === 'object' ? answering(answers, ledgerCut) : answers,
    ]);
    const subscribe: FlagStore['subscribe'] = (listener) => this.#subscribe(listener);
    const state: FlagStore['state'] = () => ({ ok: storeCut() === null, detail: 'a line' });
    return startReplica(this.#world, {
      replica: name,
      kept: Object.fromEntries(ports) as World['kept'],
      store: butFor(answering<FlagStore>(this.#world.store, storeCut), { subscribe, state }),
      storeAcknowledgements: answering(storeAcknowledgements, storeCut),
    });
  }

  cut(...parts: readonly ('store' | 'ledger')[]): void {
    for (const part of parts) this.#cut[part] = true;
  }

  mend(): void {
    Object.assign(this.#cut, { store: false, ledger: false });
  }

  /** It hears of changes late: at `catchUp`. */
  slow(): void {
    this.#held = [];
  }

  catchUp(): void {
    for (const flag of this.#held ?? []) this.#listener?.changed(flag);
    this.#held = null;
  }

  async #subscribe(listener: FlagListener): Promise<void> {
    this.#listener = listener;
    await this.#world.store.subscribe({
      changed: (flag) => {
        if (this.#cut.store) return;
        if (this.#held === null) listener.changed(flag);
        else this.#held.push(flag);
      },
      confirmed: (...said) => (this.#cut.store ? undefined : listener.confirmed(...said)),
    });
  }
}

/** Every answer is the fault while there is one. */
function answering<T extends object>(port: T, fault: () => Error | null): T {
  return new Proxy(port, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]) => {
        const error = fault();
        if (error !== null) throw error;
        return Reflect.apply(member, target, args);
      };
    },
  });
}
