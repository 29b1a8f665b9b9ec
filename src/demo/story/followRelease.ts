import { setTimeout as sleep } from 'node:timers/promises';
import type { FeatureRecord } from '../shop/censusReport.ts';
import { type Status, statusAnswer } from '../sluice/answers.ts';
import type { Session } from '../sluice/session.ts';
import type { Screen } from './screen.ts';
import { standingOf } from './standing.ts';

const LOOK_EVERY_MS = 500;
const OVER: readonly Status['wedgeState'][] = ['COMPLETE', 'ROLLED_BACK', 'SUPERSEDED'];

export type Followed = {
  readonly feature: string;
  readonly rolloutId: string;
  readonly operator: Session;
  /** The shop's books on this feature. */
  readonly record: () => Promise<FeatureRecord>;
  readonly screen: Screen;
};

/** Watches a rollout, and tells the screen, until it is over. It does nothing else: the rollout runs by itself. */
export async function followRelease(followed: Followed): Promise<Status> {
  const { feature, rolloutId, operator, screen } = followed;
  const teller = new Teller(screen);
  for (;;) {
    const status = await operator.get(`/v1/rollouts/${rolloutId}/status`, statusAnswer);
    const { faultAtMs } = await followed.record();
    if (faultAtMs !== null) teller.fault(faultAtMs);
    teller.status(status);
    if (OVER.includes(status.wedgeState)) return status;
    screen.stands(standingOf(feature, status), Date.now());
    await sleep(LOOK_EVERY_MS);
  }
}

/** Tells each thing once. */
class Teller {
  readonly #screen: Screen;
  #percentage = 0;
  #isPaused = false;
  #faultIsTold = false;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  fault(atMs: number): void {
    if (this.#faultIsTold) return;
    this.#faultIsTold = true;
    this.#screen.happened(atMs, 'FAULT: the new variant begins to fail, and to be slow');
  }

  status(status: Status): void {
    const { percentage, wedgeState, currentStage } = status;
    if (wedgeState === 'PAUSED' && !this.#isPaused) {
      this.#screen.happened(Date.now(), `paused: ${status.decision?.detail ?? ''}`);
    }
    this.#isPaused = wedgeState === 'PAUSED';
    if (percentage > this.#percentage) {
      const where = status.phase === 'ramp' ? `on the way to ${currentStage.stageId}` : `stage ${currentStage.stageId}`;
      this.#screen.happened(Date.now(), `${percentage} % of the users may meet it (${where})`);
    }
    this.#percentage = percentage;
  }
}
