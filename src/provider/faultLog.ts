import type { Logger } from '@openfeature/core';

/** Says each fault once, until it is mended: an outage of an hour is one line, and not one of every attempt. */
export class FaultLog {
  readonly #logger: Logger;
  readonly #said = new Set<string>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  say(subject: string, fault: unknown): void {
    if (this.#said.has(subject)) return;
    this.#said.add(subject);
    this.#logger.warn(`Sluice: ${subject}: ${textOf(fault)}`);
  }

  mended(subject: string): void {
    if (this.#said.delete(subject)) this.#logger.info(`Sluice: ${subject}: mended`);
  }
}

/** `fetch` says "fetch failed", and why in the cause. */
function textOf(fault: unknown): string {
  if (!(fault instanceof Error)) return String(fault);
  return fault.cause instanceof Error && fault.cause.message !== '' ? fault.cause.message : fault.message;
}
