import { isRunning } from '../judgedRollout.ts';
import { ContractBook } from './contractBook.ts';
import { FeatureBook } from './featureBook.ts';
import { HealthBook } from './healthBook.ts';
import type { Life } from './life.ts';
import { bornOf, livedThrough } from './lifeFold.ts';
import type { Told } from './told.ts';
import { WaiverBook } from './waiverBook.ts';

/** A rollout that ended in the entry before: the one that follows must be the start that takes it over. */
export type Handover = { readonly seq: number; readonly life: Life; readonly by: string };

/** What the verifier knows of a chain so far. Of what has ended it keeps the name alone. */
export class Books {
  readonly contracts = new ContractBook();
  readonly waivers = new WaiverBook();
  readonly feature = new FeatureBook();
  readonly health = new HealthBook();
  /** Each as it was at each of its versions: a closing may rest on one that others have left behind. */
  readonly #lives = new Map<string, readonly Life[]>();
  readonly #ended = new Set<string>();
  #handover: Handover | null = null;

  get handover(): Handover | null {
    return this.#handover;
  }

  lifeOf(rollout: string | null): Life | null {
    return this.#lives.get(rollout ?? '')?.at(-1) ?? null;
  }

  atVersion(rollout: string | null, version: number): Life | null {
    return this.#lives.get(rollout ?? '')?.find((life) => life.version === version) ?? null;
  }

  hasEnded(rollout: string | null): boolean {
    return this.#ended.has(rollout ?? '');
  }

  /** The real rollouts that expose something. */
  running(): readonly Life[] {
    return [...this.#lives.values()]
      .flatMap((lives) => lives.at(-1) ?? [])
      .filter((life) => isRunning(life) && !life.dryRun);
  }

  enter(told: Told): void {
    const before = this.lifeOf(told.rollout);
    this.contracts.enter(told, this.waivers);
    this.waivers.enter(told);
    this.feature.enter(told, before);
    this.health.enter(told, before);
    this.#handover = null;
    if (told.rollout !== null) this.#live(told.rollout, told, before);
  }

  #live(rollout: string, told: Told, before: Life | null): void {
    if (told.type === 'created') this.#lives.set(rollout, [bornOf(told)]);
    if (before === null || told.type === 'created') return;
    const after = livedThrough(before, told);
    if (told.type === 'superseded') this.#handover = { seq: told.seq, life: before, by: String(told.data['by']) };
    if (after.phase === 'ended') {
      this.#lives.delete(rollout);
      this.#ended.add(rollout);
      return;
    }
    const earlier = this.#lives.get(rollout) ?? [];
    this.#lives.set(rollout, after.version === before.version ? [...earlier.slice(0, -1), after] : [...earlier, after]);
  }
}
