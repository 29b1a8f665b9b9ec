import type { FlagView } from '../flags/flagView.ts';
import { type AcknowledgementRegister, KEPT_MS } from '../ports/acknowledgementRegister.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { Acknowledgements } from './acknowledgements.ts';
import type { Reach } from './memberReach.ts';
import { ProvidersHere } from './providersHere.ts';
import { RegisterLine } from './registerLine.ts';

export type ReplicaMembershipDeps = {
  /** Of this process alone. */
  readonly replica: string;
  readonly view: FlagView;
  readonly registers: readonly AcknowledgementRegister[];
  /** What a member serves, by its name. */
  readonly reachOf: (member: string) => Reach;
  readonly clock: Clock;
  readonly log: Log;
};

/**
 * What this replica says of itself: that it is there, and which versions its lookups are answered from. It says so after they are, and
 * of what has changed since it began; nothing that serves or closes waits for it.
 */
export class ReplicaMembership {
  readonly #deps: ReplicaMembershipDeps;
  readonly acknowledgements: Acknowledgements;
  readonly providers: ProvidersHere;
  #unwatch: () => void = () => {};

  constructor(deps: ReplicaMembershipDeps) {
    this.#deps = deps;
    const acknowledgementOf = (feature: string) => this.#acknowledgementOf(feature);
    this.acknowledgements = new Acknowledgements(
      deps.registers.map((register) => new RegisterLine({ register, clock: deps.clock, acknowledgementOf })),
      deps.reachOf,
    );
    this.providers = new ProvidersHere((provider) => void this.#quietly(this.acknowledgements.hear([provider])));
  }

  /** Once its view has been fed: what it was told at first is no change. */
  async begin(): Promise<void> {
    this.#unwatch = this.#deps.view.watch((feature) => void this.#quietly(this.acknowledgements.tell([feature])));
    await this.#quietly(this.heartbeat());
  }

  /** Told again and again: who is silent for the rollback deadline is waited for no more. */
  async heartbeat(): Promise<void> {
    await this.acknowledgements.hear([this.#deps.replica, ...this.providers.names]);
  }

  /** Of what a confirmation waits for, whatever has been said before: it may have been lost, or said before anybody asked. */
  async again(features: readonly string[]): Promise<void> {
    await this.heartbeat();
    await this.acknowledgements.tell(features);
  }

  async forget(): Promise<void> {
    await this.acknowledgements.forgetBefore(this.#deps.clock.nowMs() - KEPT_MS);
  }

  /** Serves nobody any more, and is not waited for. */
  async takeLeave(): Promise<void> {
    this.#unwatch();
    // An acknowledgement that is still on its way would bring it back.
    await this.#quietly(this.acknowledgements.tell([]));
    await this.#quietly(this.acknowledgements.leave(this.#deps.replica));
  }

  #acknowledgementOf(feature: string) {
    const version = this.#deps.view.version(feature);
    return version === null ? null : { member: this.#deps.replica, feature, version };
  }

  /** A process starts, serves and ends whether it is heard or not. */
  async #quietly(work: Promise<unknown>): Promise<void> {
    await work.catch((error: unknown) =>
      this.#deps.log.error({ err: error }, 'what is served could not be acknowledged'),
    );
  }
}
