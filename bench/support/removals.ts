import { setTimeout as sleep } from 'node:timers/promises';
import { ledgerAnswer, statusAnswer } from '../../src/demo/sluice/answers.ts';
import { Session } from '../../src/demo/sluice/session.ts';
import type { People } from '../../src/demo/story/people.ts';
import { bucketOf } from '../../src/domain/feature/bucketing.ts';
import { thresholdOf } from '../../src/domain/feature/threshold.ts';
import { Lookups } from './lookups.ts';
import { EXPOSED_PERCENTAGE } from './proposal.ts';
import type { StartedRollout } from './startRollouts.ts';
import type { Stub } from './stub.ts';

/** One rollback. */
export type Removal = {
  readonly by: 'person' | 'criteria';
  /** From its trigger until every process answers without the feature. */
  readonly seconds: number;
  /** Where criteria did it: from the moment the metrics turned bad, so with the wait for the next tick. */
  readonly secondsFromFault: number | null;
};

export type RemovalSetting = {
  /** Of the processes that must all answer without the feature. */
  readonly urls: readonly string[];
  readonly people: People;
  readonly stub: Stub;
  readonly signal: AbortSignal;
};

/** When the lookups of a feature were first answered `off`, by feature, in milliseconds of the clock. */
type OffTimes = ReadonlyMap<string, number>;

const EVERY_MS = 1;
/** Half of the law's minute: who is not through by then has failed, not been slow. */
const PATIENCE_MS = 30_000;

/** Rolls back what was started, and watches it go in every process. */
export class Removals {
  readonly #setting: RemovalSetting;

  constructor(setting: RemovalSetting) {
    this.#setting = setting;
  }

  /** One after the other, asked of each process in turn. */
  async byPerson(rollouts: readonly StartedRollout[]): Promise<readonly Removal[]> {
    const removals: Removal[] = [];
    for (const [index, rollout] of rollouts.entries()) {
      await this.#untilEverywhere([rollout], true);
      const off = this.#untilEverywhere([rollout], false);
      const triggeredAtMs = clockMs();
      const url = this.#setting.urls[index % this.#setting.urls.length] ?? '';
      const session = new Session(url, this.#setting.people.operator, this.#setting.signal);
      const [offTimes] = await Promise.all([
        off,
        session.post(`/v1/rollouts/${rollout.rolloutId}/rollback`, { reason: 'bench' }, statusAnswer),
      ]);
      const seconds = (lastOf(offTimes, rollout) - triggeredAtMs) / 1000;
      removals.push({ by: 'person', seconds, secondsFromFault: null });
    }
    return removals;
  }

  /** All at once, as when something that they share goes bad. */
  async byCriteria(rollouts: readonly StartedRollout[]): Promise<readonly Removal[]> {
    await this.#untilEverywhere(rollouts, true);
    const off = this.#untilEverywhere(rollouts, false);
    const faultAtMs = clockMs();
    const [offTimes] = await Promise.all([off, this.#setting.stub.makeFaulty(rollouts.map(({ feature }) => feature))]);
    return Promise.all(
      rollouts.map(async (rollout): Promise<Removal> => {
        const offAtMs = lastOf(offTimes, rollout);
        const seconds = (offAtMs - (await this.#triggeredAtMs(rollout))) / 1000;
        return { by: 'criteria', seconds, secondsFromFault: (offAtMs - faultAtMs) / 1000 };
      }),
    );
  }

  /** The moment of the tick that decided it, as the ledger has it. */
  async #triggeredAtMs({ rolloutId }: StartedRollout): Promise<number> {
    const { urls, people, signal } = this.#setting;
    const session = new Session(urls[0] ?? '', people.operator, signal);
    for (;;) {
      const { items } = await session.get(`/v1/rollouts/${rolloutId}/ledger`, ledgerAnswer);
      const entry = items.find(({ type }) => type === 'rolledBack');
      if (entry !== undefined) return Date.parse(entry.at);
      // Closing acts first and records afterwards.
      await sleep(EVERY_MS);
    }
  }

  /** Asks every process as fast as it answers; of each feature the moment at which the last process gave this answer. */
  async #untilEverywhere(rollouts: readonly StartedRollout[], isOn: boolean): Promise<OffTimes> {
    const times = await Promise.all(this.#setting.urls.map((url) => this.#untilAnswered(url, rollouts, isOn)));
    return new Map(
      rollouts.map(({ feature }) => [feature, Math.max(...times.map((of) => of.get(feature) ?? Number.NaN))]),
    );
  }

  async #untilAnswered(url: string, rollouts: readonly StartedRollout[], isOn: boolean): Promise<OffTimes> {
    const { people, signal } = this.#setting;
    await using lookups = new Lookups(url, people.shop);
    const users = new Map(rollouts.map((rollout) => [rollout.feature, exposedUser(rollout)]));
    const times = new Map<string, number>();
    const giveUpAtMs = clockMs() + PATIENCE_MS;
    while (times.size < users.size) {
      signal.throwIfAborted();
      if (clockMs() > giveUpAtMs)
        throw new Error(`${missing(users, times)} never went ${isOn ? 'on' : 'off'} at ${url}`);
      for (const [feature, user] of users) {
        if (!times.has(feature) && (await lookups.isOn(feature, user)) === isOn) times.set(feature, clockMs());
      }
      await sleep(EVERY_MS);
    }
    return times;
  }
}

/** Somebody who meets the feature at its first exposure. */
function exposedUser({ salt }: StartedRollout): string {
  for (let index = 0; ; index += 1) {
    const user = `user-${index}`;
    if (bucketOf(salt, user) < thresholdOf(EXPOSED_PERCENTAGE)) return user;
  }
}

const missing = (users: ReadonlyMap<string, string>, times: OffTimes) =>
  [...users.keys()].filter((feature) => !times.has(feature)).join(', ');

function lastOf(times: OffTimes, { feature }: StartedRollout): number {
  const atMs = times.get(feature);
  if (atMs === undefined || Number.isNaN(atMs)) throw new Error(`${feature} was not seen to go off everywhere`);
  return atMs;
}

/** The machine's clock, which the ledger uses too, in fractions of a millisecond. */
const clockMs = () => performance.timeOrigin + performance.now();
