import { replacedIn, tagOf } from '../../domain/feature/configurationTag.ts';
import { prerequisiteReach } from '../../domain/feature/prerequisiteReach.ts';
import type { Configuration } from './configuration.ts';
import type { FlagChange } from './recentChanges.ts';

/** What a reader who stands at some position is to be told next: that change, that it must ask for everything, or nothing. */
export type NextChange = FlagChange | 'unknown' | null;

/**
 * The part of the configuration that one token may see: all of it, or its features and, transitively, their prerequisites. It has a tag of
 * its own: nobody learns, nor is asked to fetch anything, of what others change.
 */
export class ConfigurationScope {
  readonly #configuration: Configuration;
  readonly #features: readonly string[] | null;
  #reach: ReadonlySet<string> | null = null;
  #reachedAt = -1;

  /** `features` null: every one. */
  constructor(configuration: Configuration, features: readonly string[] | null) {
    this.#configuration = configuration;
    this.#features = features;
  }

  /** Equal on every replica that serves the same documents. */
  tag(): string {
    return tagOf(this.#sum());
  }

  /** As it was after the change at this position, which must be among the recent ones. */
  tagAt(position: number): string {
    let sum = this.#sum();
    for (const change of this.#configuration.recent.newestFirst()) {
      if (change.position <= position) break;
      if (this.includes(change.feature)) sum = replacedIn(sum, change.after, change.before);
    }
    return tagOf(sum);
  }

  /** Where a reader stands who has what this tag stands for; null where it can't be told any more, or never was. */
  find(tag: string): number | null {
    let sum = this.#sum();
    if (tagOf(sum) === tag) return this.#configuration.position;
    const sought = BigInt(`0x${tag}`);
    for (const change of this.#configuration.recent.newestFirst()) {
      if (!this.includes(change.feature)) continue;
      sum = replacedIn(sum, change.after, change.before);
      if (sum === sought) return change.position - 1;
    }
    return null;
  }

  next(position: number): NextChange {
    const { recent, position: newest } = this.#configuration;
    for (let at = position + 1; at <= newest; at += 1) {
      const change = recent.at(at);
      if (change === null) return 'unknown';
      if (this.includes(change.feature)) return this.#redrawnSince(at) ? 'unknown' : change;
    }
    return null;
  }

  includes(feature: string): boolean {
    return this.#seen()?.has(feature) ?? true;
  }

  /** The documents as JSON, by feature. */
  texts(): readonly string[] {
    const features = [...(this.#seen() ?? this.#configuration.features())].sort();
    return features.flatMap((feature) => this.#configuration.part(feature)?.text ?? []);
  }

  /** Null: every feature. */
  #seen(): ReadonlySet<string> | null {
    if (this.#features === null || this.#reachedAt >= this.#configuration.rewiredAt) return this.#reach;
    this.#reach = prerequisiteReach(this.#features, (feature) => this.#configuration.part(feature)?.document);
    this.#reachedAt = this.#configuration.position;
    return this.#reach;
  }

  #sum(): bigint {
    const seen = this.#seen();
    if (seen === null) return this.#configuration.sum;
    let sum = 0n;
    for (const feature of seen) sum = replacedIn(sum, 0n, this.#configuration.part(feature)?.digest ?? 0n);
    return sum;
  }

  /** Whether other features have come into sight since, or left it: then what was in sight at the time is not known any more. */
  #redrawnSince(position: number): boolean {
    const { recent, rewiredAt, position: newest } = this.#configuration;
    if (this.#features === null || rewiredAt < position) return false;
    for (let at = position; at <= newest; at += 1) {
      const change = recent.at(at);
      if (change?.rewired && this.includes(change.feature)) return true;
    }
    return false;
  }
}
