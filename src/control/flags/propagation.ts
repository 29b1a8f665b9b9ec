import type { StoredFlag } from '../../domain/feature/storedFlag.ts';
import type { Clock } from '../ports/clock.ts';
import type { FlagListener } from '../ports/flagStore.ts';
import type { RolloutTelemetry } from '../ports/telemetry.ts';
import type { FlagView } from './flagView.ts';

/** Hands what the store tells to the view, and measures how long a change took to get here. */
export class Propagation implements FlagListener {
  readonly #view: FlagView;
  readonly #telemetry: RolloutTelemetry;
  readonly #clock: Clock;

  constructor(view: FlagView, telemetry: RolloutTelemetry, clock: Clock) {
    this.#view = view;
    this.#telemetry = telemetry;
    this.#clock = clock;
  }

  changed(flag: StoredFlag): void {
    const before = this.#view.document(flag.feature)?.version;
    this.#view.changed(flag);
    if (flag.kind === 'archived') this.#telemetry.forget(flag.feature);
    // What the view hears of for the first time may be old news: it says nothing about the way here.
    if (flag.kind !== 'flag' || before === undefined || flag.document.version <= before) return;
    const tookMs = this.#clock.nowMs() - Date.parse(flag.document.revisionAt);
    this.#telemetry.propagation(Math.max(0, tookMs) / 1000);
  }

  confirmed(asOfMs: number, holds: (feature: string) => boolean): void {
    this.#view.confirmed(asOfMs, holds);
  }
}
