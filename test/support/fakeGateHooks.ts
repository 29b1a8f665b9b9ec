import type { GateHookName, GateHooks, GateQuestion } from '../../src/control/ports/gateHooks.ts';

/** Hooks that answer as they are told to; where nothing is told of one it is not set, and nobody is asked. */
export class FakeGateHooks implements GateHooks {
  readonly asked: GateQuestion[] = [];
  readonly #answers = new Map<GateHookName, () => Promise<string | null>>();

  /** Null agrees. */
  answer(hook: GateHookName, said: string | null | (() => Promise<string | null>)): void {
    this.#answers.set(hook, typeof said === 'function' ? said : async () => said);
  }

  isSet(hook: GateHookName): boolean {
    return this.#answers.has(hook);
  }

  async ask(question: GateQuestion): Promise<string | null> {
    this.asked.push(question);
    return (await this.#answers.get(question.hook)?.()) ?? null;
  }
}
