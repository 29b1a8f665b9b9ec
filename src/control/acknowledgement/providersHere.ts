import type { ProviderPresence } from '../ports/providerPresence.ts';

/** The providers that read the stream of this replica. While they do, the replica's own heartbeat is theirs, too. */
export class ProvidersHere implements ProviderPresence {
  /** Streams that are open, by provider: who reconnects may open the next one before the last is seen to end. */
  readonly #streams = new Map<string, number>();
  readonly #onArrival: (provider: string) => void;

  constructor(onArrival: (provider: string) => void) {
    this.#onArrival = onArrival;
  }

  get names(): readonly string[] {
    return [...this.#streams.keys()];
  }

  arrived(provider: string): void {
    this.#streams.set(provider, (this.#streams.get(provider) ?? 0) + 1);
    this.#onArrival(provider);
  }

  left(provider: string): void {
    const others = (this.#streams.get(provider) ?? 1) - 1;
    if (others > 0) this.#streams.set(provider, others);
    else this.#streams.delete(provider);
  }

  /** Its stream may be seen to end later: that must not bring it back. */
  tookLeave(provider: string): void {
    this.#streams.delete(provider);
  }
}
