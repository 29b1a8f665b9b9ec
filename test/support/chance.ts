import type { Chance } from '../../src/control/ports/chance.ts';

/** Chance that can be told in advance: ids and bytes count up. */
export class CountedChance implements Chance {
  #drawn = 0;

  id(): string {
    return `00000000-0000-7000-8000-${this.#next()}`;
  }

  hex(bytes: number): string {
    return this.#next().padStart(bytes * 2, '0');
  }

  #next(): string {
    this.#drawn += 1;
    return this.#drawn.toString(16).padStart(12, '0');
  }
}
