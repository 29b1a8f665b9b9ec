import type {
  Acknowledgement,
  AcknowledgementRegister,
  HeardAcknowledgement,
} from '../../control/ports/acknowledgementRegister.ts';
import type { Member } from '../../domain/confirmation/member.ts';

/** The acknowledgements of the members of a process that is alone. */
export class MemoryAcknowledgements implements AcknowledgementRegister {
  readonly #members = new Map<string, Member>();
  /** By feature, then by member. */
  readonly #acknowledgements = new Map<string, Map<string, HeardAcknowledgement>>();

  async hear(members: readonly string[], atMs: number): Promise<void> {
    for (const name of members) {
      const sinceMs = this.#members.get(name)?.sinceMs ?? atMs;
      this.#members.set(name, { name, sinceMs, heardAtMs: atMs });
    }
  }

  async acknowledge(acknowledgements: readonly Acknowledgement[], atMs: number): Promise<void> {
    const members = acknowledgements.map(({ member }) => member);
    await this.hear(members, atMs);
    for (const acknowledgement of acknowledgements) {
      const ofFeature = this.#acknowledgements.get(acknowledgement.feature) ?? new Map<string, HeardAcknowledgement>();
      this.#acknowledgements.set(
        acknowledgement.feature,
        ofFeature.set(acknowledgement.member, { ...acknowledgement, atMs }),
      );
    }
  }

  async leave(member: string): Promise<void> {
    this.#members.delete(member);
  }

  async members(): Promise<readonly Member[]> {
    return [...this.#members.values()];
  }

  async acknowledgements(features: readonly string[]): Promise<readonly HeardAcknowledgement[]> {
    return features.flatMap((feature) => [...(this.#acknowledgements.get(feature)?.values() ?? [])]);
  }

  async forgetBefore(beforeMs: number): Promise<void> {
    for (const [name, { heardAtMs }] of this.#members) if (heardAtMs < beforeMs) this.#members.delete(name);
    for (const [feature, acknowledgements] of this.#acknowledgements) {
      for (const [member, { atMs }] of acknowledgements) if (atMs < beforeMs) acknowledgements.delete(member);
      if (acknowledgements.size === 0) this.#acknowledgements.delete(feature);
    }
  }
}
