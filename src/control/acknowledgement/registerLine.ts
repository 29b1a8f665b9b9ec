import type { Member } from '../../domain/confirmation/member.ts';
import type {
  Acknowledgement,
  AcknowledgementRegister,
  HeardAcknowledgement,
} from '../ports/acknowledgementRegister.ts';
import type { Clock } from '../ports/clock.ts';
import { FlagStoreUnreachable } from '../ports/flagStore.ts';
import { LedgerUnreachable } from '../ports/ledger.ts';

export type RegisterLineDeps = {
  readonly register: AcknowledgementRegister;
  readonly clock: Clock;
  /** This replica's present acknowledgement on a feature; null where it serves nothing of it. */
  readonly acknowledgementOf: (feature: string) => Acknowledgement | null;
};

/**
 * One register as far as this process reaches it. Each has a line of its own, so that one that is slow or away keeps no acknowledgement from the
 * other. What it could not be told is told when it answers again: not what was said then, but what is served now.
 */
export class RegisterLine {
  readonly #deps: RegisterLineDeps;
  readonly #untold = new Set<string>();
  #telling: Promise<void> | null = null;
  /** As it was last read: whoever is known does not become unknown because a register is away. */
  #known: readonly Member[] = [];
  #isReached = false;

  constructor(deps: RegisterLineDeps) {
    this.#deps = deps;
  }

  /** Told in one write with all that comes in the same turn. Resolves when it is told, or the register is away. */
  tell(features: Iterable<string>): Promise<void> {
    for (const feature of features) this.#untold.add(feature);
    this.#telling ??= this.#tell();
    return this.#telling;
  }

  /** Whether the register has taken it. */
  acknowledge(said: readonly Acknowledgement[]): Promise<boolean> {
    return this.#reached((register, atMs) => register.acknowledge(said, atMs));
  }

  /** That these are there, and what could not be told before; then who else is. Whether the register answers. */
  async hear(members: readonly string[]): Promise<boolean> {
    const isThere = await this.#reached((register, atMs) => register.hear(members, atMs));
    if (!isThere) return false;
    await this.tell([]);
    await this.members();
    return true;
  }

  leave(member: string): Promise<boolean> {
    return this.#reached((register) => register.leave(member));
  }

  /** Whether the register has answered when it was asked last who is there: else it may know of others by now. */
  get isReached(): boolean {
    return this.#isReached;
  }

  async members(): Promise<readonly Member[]> {
    this.#isReached = await this.#reached(async (register) => {
      this.#known = await register.members();
    });
    return this.#known;
  }

  /** Nothing where the register is away. */
  async acknowledgements(features: readonly string[]): Promise<readonly HeardAcknowledgement[]> {
    let heard: readonly HeardAcknowledgement[] = [];
    await this.#reached(async (register) => {
      heard = await register.acknowledgements(features);
    });
    return heard;
  }

  forgetBefore(beforeMs: number): Promise<boolean> {
    return this.#reached((register) => register.forgetBefore(beforeMs));
  }

  async #tell(): Promise<void> {
    try {
      // A whole resynchronisation is one turn, and goes as one write.
      await null;
      while (this.#untold.size > 0 && (await this.#tellAll()));
    } finally {
      // In the same turn as the last look at what is untold: else what comes in between would be left behind.
      this.#telling = null;
    }
  }

  /** Whether the register has taken what was untold. */
  async #tellAll(): Promise<boolean> {
    const features = [...this.#untold];
    this.#untold.clear();
    const said = features.map(this.#deps.acknowledgementOf).filter((one) => one !== null);
    if (said.length === 0 || (await this.acknowledge(said))) return true;
    for (const feature of features) this.#untold.add(feature);
    return false;
  }

  async #reached(work: (register: AcknowledgementRegister, atMs: number) => Promise<void>): Promise<boolean> {
    try {
      await work(this.#deps.register, this.#deps.clock.nowMs());
      return true;
    } catch (error) {
      if (error instanceof FlagStoreUnreachable || error instanceof LedgerUnreachable) return false;
      throw error;
    }
  }
}
