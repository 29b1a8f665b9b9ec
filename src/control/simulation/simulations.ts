import type { Policy } from '../../domain/contract/policy.ts';
import { msToHours } from '../../domain/hours.ts';
import type { RolloutState } from '../../domain/rollout/state.ts';
import type { Happening } from '../../domain/simulation/diary.ts';
import { type FalseAlarms, falseAlarmsOf, notDealt, type Repetition } from '../../domain/simulation/falseAlarms.ts';
import { outcomeOf } from '../../domain/simulation/outcome.ts';
import { randomOf } from '../../domain/simulation/random.ts';
import type { SimulationDesk } from '../application.ts';
import type { FeatureRegister } from '../ports/featureRegister.ts';
import type { InstallationRegister } from '../ports/installationRegister.ts';
import { PastUnreadable } from '../ports/metricSource.ts';
import type { Timer } from '../ports/timer.ts';
import { Refusal } from '../refusal.ts';
import { MetricSources } from '../sight/metricSources.ts';
import { Pacer } from './pacer.ts';
import { type Recording, recordingOf } from './recording.ts';
import { type Moment, rehearse, type Seen, type Setting } from './rehearsal.ts';
import type { Begun, MetStay, SimulationEvent, SimulationResult } from './simulationEvent.ts';
import { type Accepted, acceptedRequest, type RequestDeps } from './simulationRequests.ts';
import { SplitSource } from './splitSource.ts';
import { metDuring, metInAll } from './traffic.ts';

export type SimulationsDeps = RequestDeps & {
  readonly features: FeatureRegister;
  readonly installation: InstallationRegister;
  readonly policy: Policy;
  readonly timer: Timer;
};

/** Each takes a turn of the event loop when it is its own, and some megabytes. */
const MOST_AT_ONCE = 2;

const TAKEN_AS_GIVEN = [
  'the preflight',
  'the approvals of the contract and of its stages',
  'the verdicts of an auditor',
  'room beside other rollouts, and no stop',
];

/** Tries contracts on the past. Stores nothing, publishes nothing, writes into no ledger. */
export class Simulations implements SimulationDesk {
  readonly #deps: SimulationsDeps;
  #running = 0;

  constructor(deps: SimulationsDeps) {
    this.#deps = deps;
  }

  /**
   * Tells what would have happened as it finds out, ending with the whole; refuses at the first step or, where a source does not tell its
   * past, at any. Goes on only while it is asked to, and rejects with the signal's reason once that is aborted.
   */
  async *run(input: unknown, signal: AbortSignal): AsyncGenerator<SimulationEvent, void> {
    if (this.#running >= MOST_AT_ONCE) {
      throw new Refusal('SIMULATIONS_BUSY', `${MOST_AT_ONCE} simulations run already; try again when one has ended`);
    }
    this.#running += 1;
    try {
      yield* this.#told(await acceptedRequest(this.#deps, input), signal);
    } catch (error) {
      throw error instanceof PastUnreadable ? new Refusal('PAST_UNREADABLE', error.message) : error;
    } finally {
      this.#running -= 1;
    }
  }

  async *#told(accepted: Accepted, signal: AbortSignal): AsyncGenerator<SimulationEvent, void> {
    const { contract, wish, period } = accepted;
    const setting = await this.#settingOf(accepted);
    const begun = begunOf(accepted);
    yield { kind: 'begun', begun };
    const past = this.#pastOf(setting, signal);
    const pacer = new Pacer(this.#deps, signal);
    const { sources } = this.#deps;
    const dealt = wish.as === 'split' ? await recordingOf(sources, contract, period) : null;
    const seen = dealt === null ? { sources: past } : this.#split(setting, dealt, wish.seed);
    const told = yield* this.#timeline(setting, seen, pacer);
    const falseAlarms =
      wish.repetitions === 0
        ? null
        : yield* this.#repeated(accepted, {
            setting,
            recording: dealt ?? (await recordingOf(sources, contract, period)),
            pacer,
          });
    const { happenings, stays, rollout } = told;
    const result: SimulationResult = {
      ...begun,
      ...{ outcome: outcomeOf(rollout), endedAtMs: rollout.endedAtMs, rollbacks: rollout.automaticRollbacks },
      ...{ happenings, stays, met: metInAll(stays), falseAlarms, notDealt: notDealt(contract) },
    };
    yield { kind: 'result', result };
  }

  async *#timeline(setting: Setting, seen: Seen, pacer: Pacer): AsyncGenerator<SimulationEvent, Told> {
    const happenings: Happening[] = [];
    const stays: MetStay[] = [];
    const moments = rehearse(setting, seen, pacer);
    for (;;) {
      const { done, value } = await moments.next();
      if (done === true) return { happenings, stays, rollout: value };
      const event = await this.#eventOf(value, setting);
      if (event.kind === 'happening') happenings.push(event.happening);
      if (event.kind === 'stay') stays.push(event.stay);
      yield event;
    }
  }

  async #eventOf(moment: Moment, { contract, period }: Setting) {
    if (moment.kind === 'happening') return moment;
    if (moment.kind === 'progress') {
      const share = (moment.atMs - period.fromMs) / (period.toMs - period.fromMs);
      return { kind: 'progress' as const, of: 'timeline' as const, share };
    }
    const { stay } = moment;
    const affectedCustomers = contract.rolloutWedge.wedgeStages[stay.stageIndex]?.affectedCustomers ?? null;
    const met = await metDuring(this.#deps.sources, contract, stay);
    return { kind: 'stay' as const, stay: { ...stay, ...met, affectedCustomers } };
  }

  async *#repeated(
    { wish, period }: Accepted,
    { setting, recording, pacer }: Repeated,
  ): AsyncGenerator<SimulationEvent, FalseAlarms> {
    const repetitions: Repetition[] = [];
    while (repetitions.length < wish.repetitions) {
      const seen = this.#split(setting, recording, `${wish.seed} ${repetitions.length + 1}`);
      const rollout = yield* rehearsed(setting, seen, pacer, repetitions.length / wish.repetitions);
      const hours = msToHours((rollout.endedAtMs ?? period.toMs) - period.fromMs);
      repetitions.push({ outcome: outcomeOf(rollout), rollbacks: rollout.automaticRollbacks, hours });
    }
    return falseAlarmsOf(repetitions);
  }

  /** Sources as they were, by the names that the contract has for them. */
  #pastOf({ contract, period, pollIntervalMs }: Setting, signal: AbortSignal): MetricSources {
    const range = { ...period, stepSeconds: pollIntervalMs / 1000 };
    const names = [...new Set(contract.slis.map(({ source }) => source))];
    return new MetricSources(names.flatMap((name) => this.#deps.sources.get(name)?.recorded?.(range, signal) ?? []));
  }

  #split({ contract, period, pollIntervalMs }: Setting, recording: Recording, seed: string): Seen {
    const names = [...new Set(contract.slis.map(({ source }) => source))];
    const random = randomOf(seed);
    const past = this.#deps.sources;
    const splits = names.map((name) => new SplitSource({ name, recording, past, period, pollIntervalMs, random }));
    return {
      sources: new MetricSources(splits),
      exposes: (rollout, nowMs) => {
        for (const split of splits) split.exposes(rollout, nowMs);
      },
    };
  }

  async #settingOf({ contract, period, pollIntervalMs }: Accepted): Promise<Setting> {
    const [feature, { calendars }] = await Promise.all([
      this.#deps.features.get(contract.feature),
      this.#deps.installation.get(),
    ]);
    const settled = feature?.state.settled ?? [];
    return { contract, policy: this.#deps.policy, settled, calendars, pollIntervalMs, period };
  }
}

type Told = {
  readonly happenings: readonly Happening[];
  readonly stays: readonly MetStay[];
  readonly rollout: RolloutState;
};
type Repeated = { readonly setting: Setting; readonly recording: Recording; readonly pacer: Pacer };

/** One repetition, of which nothing is told but how far all of them are. */
async function* rehearsed(
  setting: Setting,
  seen: Seen,
  pacer: Pacer,
  share: number,
): AsyncGenerator<SimulationEvent, RolloutState> {
  const moments = rehearse(setting, seen, pacer);
  for (;;) {
    const { done, value } = await moments.next();
    if (done === true) return value;
    if (value.kind === 'progress') yield { kind: 'progress', of: 'falseAlarms', share };
  }
}

function begunOf({ contract, wish, period, pollIntervalMs }: Accepted): Begun {
  return { feature: contract.feature, as: wish.as, ...period, pollIntervalMs, takenAsGiven: TAKEN_AS_GIVEN };
}
