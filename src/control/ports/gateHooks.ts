import type { Reason } from '../../domain/rollout/reason.ts';

/** What an installation may have asked before something opens. The ramp is part of the start. */
export type GateHookName = 'beforeStart' | 'beforeAdvance' | 'beforeComplete';

/** What is about to happen, and to whom. */
export type GateQuestion = {
  readonly hook: GateHookName;
  /** The same for each asking after the same step of the same rollout, whoever asks: what a receiver drops repeats by. Holds no full stop. */
  readonly id: string;
  readonly rolloutId: string;
  readonly feature: string;
  /** That it leads to; of a completion the last one. */
  readonly stage: string | null;
  readonly percentageFrom: number;
  readonly percentageTo: number;
  readonly reason: Reason;
  readonly detail: string;
  readonly atMs: number;
};

/** What the installation has asked before a gate opens. */
export interface GateHooks {
  /** False where nobody is to be asked: then nothing waits. */
  isSet(hook: GateHookName): boolean;
  /**
   * Null where it agrees. Else what it said against, or why it could not be asked: some hundred characters at most, safe to store
   * and to show, without credentials. Never throws, and takes no longer than a tick can wait.
   */
  ask(question: GateQuestion): Promise<string | null>;
}
