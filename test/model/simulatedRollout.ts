import { Refusal } from '../../src/control/refusal.ts';
import type { RuledDecision } from '../../src/domain/rollout/decision.ts';
import { isTerminal } from '../../src/domain/rollout/state.ts';
import { T0 } from '../support/ledgerStory.ts';
import {
  bad,
  createdRollout,
  doubtful,
  exposed,
  FEATURE,
  measure,
  recordOf,
  silent,
  terrible,
  wishFor,
} from '../support/release.ts';
import {
  ANNA,
  EMIL,
  OLGA,
  OSKAR,
  type Replica,
  startReplica,
  tickDue,
  worldOf,
} from '../support/simulatedInstallation.ts';
import { YOUNG_POLICY } from '../support/youngPolicy.ts';
import type { Act, Metrics, Person } from './act.ts';
import { inputOf, MINUTE, PAUSE_AFTER_WINDOWS, type Plan, POLICY_COOLDOWN_MINUTES, POLL_MS, STAGES } from './plan.ts';
import type { View } from './rolloutModel.ts';

const PEOPLE = { olga: OLGA, oskar: OSKAR, anna: ANNA, emil: EMIL } as const satisfies Record<Person, unknown>;
const POLICY = { ...YOUNG_POLICY, cooldownMinutes: POLICY_COOLDOWN_MINUTES, pauseAfterWindows: PAUSE_AFTER_WINDOWS };
const WINDOWS = ['minimumDwell', 'stageDuration', 'observationWindow', 'stabilizationWindow'];

/** The same rollout in a Sluice over ports in memory: the real thing that the model is compared with. */
export class SimulatedRollout {
  readonly #plan: Plan;
  readonly #replica: Replica;
  #id: string;

  static async created(plan: Plan): Promise<SimulatedRollout> {
    const replica = await startReplica(worldOf({ pollIntervalMs: POLL_MS, policy: POLICY }));
    const rollout = new SimulatedRollout(plan, replica, await createdRollout(replica, inputOf(plan)));
    rollout.#measure('healthy');
    return rollout;
  }

  private constructor(plan: Plan, replica: Replica, id: string) {
    this.#plan = plan;
    this.#replica = replica;
    this.#id = id;
  }

  async does(act: Act): Promise<string> {
    try {
      return (await this.#carryOut(act)) ?? 'accepted';
    } catch (error) {
      if (error instanceof Refusal) return refusal(error);
      throw error;
    }
  }

  async view(): Promise<View> {
    const { wedgeState, phase, stageIndex, visit } = (await recordOf(this.#replica, this.#id)).state;
    return { wedgeState, ramping: phase === 'ramp', stage: stageIndex, visit, exposed: this.#exposed() };
  }

  /** How many entries there are: what is refused writes none. */
  async entries(): Promise<number> {
    return (await this.#replica.world.kept.ledger.head(FEATURE)).seq;
  }

  get faults(): readonly string[] {
    return this.#replica.world.faults;
  }

  #exposed(): number {
    const { here, stored } = exposed(this.#replica);
    if (here !== stored) throw new Error(`${here / 1000} % here, ${stored / 1000} % in the store`);
    return here / 1000;
  }

  /** `undefined`: there is nothing to say but that it was accepted. */
  async #carryOut(act: Act): Promise<string | undefined> {
    const { rollouts, closings, features, installation } = this.#replica;
    const [replica, id] = [this.#replica, this.#id];
    switch (act.do) {
      case 'looks':
        return this.#looks(act.times);
      case 'clock':
        return this.#looksAfter(act.ms);
      case 'metrics':
        return this.#measure(act.are);
      case 'start':
        return this.#start(act);
      case 'advance':
        await rollouts.advance(PEOPLE[act.by], id, await wishFor(replica, id, act.comment));
        return;
      case 'say':
        return this.#say(act);
      case 'pause':
        await closings.pause(OLGA, id, null);
        return;
      case 'resume':
        await rollouts.resume(OLGA, id, await wishFor(replica, id));
        return;
      case 'rollback':
        await closings.rollback(OLGA, id, { to: act.to, mode: act.mode, comment: null });
        return;
      case 'kill':
        await closings.kill(OLGA, FEATURE, 'burning');
        return;
      case 'revive':
        return (await features.revive(PEOPLE[act.by], FEATURE, 'mended')).outcome;
      case 'stop':
        await installation.setStop(OLGA, 'incident');
        return;
      case 'liftStop':
        await installation.liftStop(OLGA, null);
        return;
      case 'tryAgain':
        this.#id = await createdRollout(replica, inputOf(this.#plan));
        return;
    }
  }

  async #looks(times: number): Promise<string> {
    let answer = '';
    for (let looks = 0; looks < times; looks += 1) answer = await this.#looksAfter(POLL_MS);
    return answer;
  }

  async #looksAfter(ms: number): Promise<string> {
    const { wedgeState } = (await recordOf(this.#replica, this.#id)).state;
    await tickDue(this.#replica, ms);
    const { tick } = await recordOf(this.#replica, this.#id);
    const isLookedAt = wedgeState !== 'PENDING' && !isTerminal(wedgeState);
    return isLookedAt && tick !== null ? spoken(tick.decision) : 'nothing to look at';
  }

  async #start({ by, comment }: Extract<Act, { do: 'start' | 'advance' }>): Promise<undefined> {
    const before = await this.view();
    await this.#replica.rollouts.start(PEOPLE[by], this.#id, await wishFor(this.#replica, this.#id, comment));
    // What has begun is looked at within a second.
    if (before.wedgeState === 'PENDING') await tickDue(this.#replica, 0);
  }

  async #say({ by, word, stage }: Extract<Act, { do: 'say' }>): Promise<undefined> {
    const wish = await wishFor(this.#replica, this.#id);
    const stageId = STAGES[stage]?.stageId ?? '';
    await this.#replica.rollouts.approve(PEOPLE[by], this.#id, { ...wish, stageId, decision: word });
  }

  #measure(are: Metrics): undefined {
    const { world } = this.#replica;
    world.metrics.recover();
    measure(world, 'error_rate', 0.001);
    measure(world, 'latency', are === 'slow' ? 2 : 0.1);
    if (are === 'bad') bad(world);
    if (are === 'terrible') terrible(world);
    if (are === 'doubtful') doubtful(world);
    if (are === 'missing' || are === 'noTraffic') silent(world, are);
    if (are === 'away') world.metrics.fail('connection refused');
  }
}

const minuteOf = (atMs: number) => (atMs - T0) / MINUTE;
const withTime = (reason: string, untilMs: number | null | undefined) => {
  const why = WINDOWS.includes(reason) ? 'window' : reason;
  return untilMs == null ? why : `${why} until minute ${minuteOf(untilMs)}`;
};

function spoken(decision: RuledDecision): string {
  const untilMs = decision.kind === 'hold' ? decision.unblocksAtMs : null;
  return `${decision.kind} ${withTime(decision.reason, untilMs)}`;
}

function refusal({ code, more }: Refusal): string {
  if (code !== 'HELD') return `refused ${code}`;
  const untilMs = more.unblocksAt == null ? null : Date.parse(more.unblocksAt);
  return `refused HELD: ${withTime(more.reason ?? '', untilMs)}`;
}
