import type {
  Acknowledgement,
  AcknowledgementRegister,
  HeardAcknowledgement,
} from '../../control/ports/acknowledgementRegister.ts';
import type { Member } from '../../domain/confirmation/member.ts';

/** The words of the members of a process that is alone. */
export class MemoryAcknowledgements implements AcknowledgementRegister {
  readonly #members = new Map<string, Member>();
  /** By feature, then by member. */
  readonly #words = new Map<string, Map<string, HeardAcknowledgement>>();

  async hear(members: readonly string[], atMs: number): Promise<void> {
    for (const name of members) {
      const sinceMs = this.#members.get(name)?.sinceMs ?? atMs;
      this.#members.set(name, { name, sinceMs, heardAtMs: atMs });
    }
  }

  async acknowledge(words: readonly Acknowledgement[], atMs: number): Promise<void> {
    const members = words.map(({ member }) => member);
    await this.hear(members, atMs);
    for (const word of words) {
      const ofFeature = this.#words.get(word.feature) ?? new Map<string, HeardAcknowledgement>();
      this.#words.set(word.feature, ofFeature.set(word.member, { ...word, atMs }));
    }
  }

  async leave(member: string): Promise<void> {
    this.#members.delete(member);
  }

  async members(): Promise<readonly Member[]> {
    return [...this.#members.values()];
  }

  async acknowledgements(features: readonly string[]): Promise<readonly HeardAcknowledgement[]> {
    return features.flatMap((feature) => [...(this.#words.get(feature)?.values() ?? [])]);
  }

  async forgetBefore(beforeMs: number): Promise<void> {
    for (const [name, { heardAtMs }] of this.#members) if (heardAtMs < beforeMs) this.#members.delete(name);
    for (const [feature, words] of this.#words) {
      for (const [member, { atMs }] of words) if (atMs < beforeMs) words.delete(member);
      if (words.size === 0) this.#words.delete(feature);
    }
  }
}
