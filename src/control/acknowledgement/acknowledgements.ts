import type { ServingMember } from '../../domain/confirmation/confirmation.ts';
import type { Member } from '../../domain/confirmation/member.ts';
import type { Acknowledgement, HeardAcknowledgement } from '../ports/acknowledgementRegister.ts';
import type { Reach } from './memberReach.ts';
import type { RegisterLine } from './registerLine.ts';

/** Every member that serves a feature, with its last acknowledgement on it. Not `isWhole` where a register is away, which may know of others. */
export type Standing = { readonly of: (feature: string) => readonly ServingMember[]; readonly isWhole: boolean };

/** What all registers say together: a member that is cut off from one of them may be heard by another. */
export class Acknowledgements {
  readonly #lines: readonly RegisterLine[];
  readonly #reachOf: (member: string) => Reach;

  constructor(lines: readonly RegisterLine[], reachOf: (member: string) => Reach) {
    this.#lines = lines;
    this.#reachOf = reachOf;
  }

  async tell(features: Iterable<string>): Promise<void> {
    const all = [...features];
    await Promise.all(this.#lines.map((line) => line.tell(all)));
  }

  /** Whether any register answers. */
  hear(members: readonly string[]): Promise<boolean> {
    return this.#any((line) => line.hear(members));
  }

  /** Whether any register has taken it. */
  acknowledge(said: readonly Acknowledgement[]): Promise<boolean> {
    return this.#any((line) => line.acknowledge(said));
  }

  /** Whether any register has taken it; one that did not waits for that member in vain until the deadline. */
  leave(member: string): Promise<boolean> {
    return this.#any((line) => line.leave(member));
  }

  async forgetBefore(beforeMs: number): Promise<void> {
    await this.#any((line) => line.forgetBefore(beforeMs));
  }

  async standing(features: readonly string[]): Promise<Standing> {
    const [members, said] = await Promise.all([
      Promise.all(this.#lines.map((line) => line.members())),
      Promise.all(this.#lines.map((line) => line.acknowledgements(features))),
    ]);
    const known = knownIn(members.flat()).map((member) => ({ member, reach: this.#reachOf(member.name) }));
    const last = latestOf(said.flat());
    return {
      isWhole: this.#lines.every(({ isReached }) => isReached),
      of: (feature) =>
        known
          .filter(({ reach }) => reach?.has(feature) ?? true)
          .map(({ member }) => ({ ...member, version: last.get(feature)?.get(member.name)?.version ?? null })),
    };
  }

  async #any(reach: (line: RegisterLine) => Promise<boolean>): Promise<boolean> {
    const reached = await Promise.all(this.#lines.map(reach));
    return reached.includes(true);
  }
}

/** Known since the first register heard of it, and heard when the last one did. */
function knownIn(members: readonly Member[]): readonly Member[] {
  const known = new Map<string, Member>();
  for (const member of members) {
    const { name, sinceMs, heardAtMs } = known.get(member.name) ?? member;
    const since = Math.min(sinceMs, member.sinceMs);
    known.set(name, { name, sinceMs: since, heardAtMs: Math.max(heardAtMs, member.heardAtMs) });
  }
  return [...known.values()];
}

/** By feature, then by member: the newest; of two at one moment the lower one, which proves less. */
function latestOf(said: readonly HeardAcknowledgement[]) {
  const last = new Map<string, Map<string, HeardAcknowledgement>>();
  for (const acknowledgement of said) {
    const ofFeature = last.get(acknowledgement.feature) ?? new Map<string, HeardAcknowledgement>();
    const before = ofFeature.get(acknowledgement.member);
    if (before === undefined || isLater(acknowledgement, before))
      ofFeature.set(acknowledgement.member, acknowledgement);
    last.set(acknowledgement.feature, ofFeature);
  }
  return last;
}

const isLater = (acknowledgement: HeardAcknowledgement, before: HeardAcknowledgement) =>
  acknowledgement.atMs > before.atMs ||
  (acknowledgement.atMs === before.atMs && acknowledgement.version < before.version);
