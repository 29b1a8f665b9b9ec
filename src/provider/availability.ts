import { ServerProviderEvents } from '@openfeature/core';
import type { Freshness } from './freshness.ts';
import type { ProviderEvents } from './providerEvents.ts';

/** A timer beyond this would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * What the SDK is told of the provider's state, each change once. `STALE`, by the specification of OpenFeature: what it holds may not be
 * up to date with the source of truth. So it is from the moment on at which Sluice can't be heard, and also while the Sluice that is heard
 * has itself not been refreshed for the rollback deadline.
 */
export class Availability {
  readonly #events: ProviderEvents;
  readonly #freshness: Freshness;
  #state: 'none' | 'ready' | 'stale' = 'none';
  #deadline: NodeJS.Timeout | undefined;

  constructor(events: ProviderEvents, freshness: Freshness) {
    this.#events = events;
    this.#freshness = freshness;
  }

  /** The SDK says READY by itself where `initialize` was done. */
  begun(): void {
    this.#state = 'ready';
  }

  heard(): void {
    clearTimeout(this.#deadline);
    const msLeft = this.#freshness.msLeft();
    if (msLeft === 0) {
      this.#turn('stale', 'Sluice itself has not been refreshed');
      return;
    }
    // Unheard from now on, the deadline ends it, also where no connection breaks.
    this.#deadline = setTimeout(
      () => this.#turn('stale', 'nothing was heard for the deadline'),
      Math.min(msLeft, LONGEST_TIMER_MS),
    ).unref();
    this.#turn('ready', 'Sluice is heard');
  }

  lost(): void {
    if (this.#state === 'ready') this.#turn('stale', 'Sluice is not heard');
  }

  end(): void {
    clearTimeout(this.#deadline);
    this.#state = 'none';
  }

  #turn(state: 'ready' | 'stale', message: string): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#events.emit(state === 'ready' ? ServerProviderEvents.Ready : ServerProviderEvents.Stale, { message });
  }
}
