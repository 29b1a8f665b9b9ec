import { residentMegabytesOf } from './processTable.ts';

const EVERY_MS = 50;

/** Looks at a process's resident memory again and again until it is disposed of. */
export class ResidentWatch implements Disposable {
  readonly #timer: NodeJS.Timeout;
  #highest = 0;

  constructor(pid: number) {
    this.#timer = setInterval(() => {
      this.#highest = Math.max(this.#highest, residentMegabytesOf(pid));
    }, EVERY_MS);
  }

  /** The highest seen so far. */
  get megabytes(): number {
    return this.#highest;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
