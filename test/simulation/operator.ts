import { LedgerUnreachable } from '../../src/control/ports/ledger.ts';
import { Refusal } from '../../src/control/refusal.ts';
import type { Principal } from '../../src/domain/governance/role.ts';
import type { Entry } from '../../src/domain/ledger/entry.ts';
import { audited, findingsIn } from '../support/audited.ts';
import { T0 } from '../support/ledgerStory.ts';
import { type ProposalInput, proposalInput, type StageInput, stageInput } from '../support/proposals.ts';
import { createdRollout, exposed, measure, silent, stored, wishFor } from '../support/release.ts';
import { ScrapedShop, type ShopConditions } from '../support/scrapedShop.ts';
import {
  ANNA,
  AUREL,
  chainOf,
  EMIL,
  OLGA,
  OSKAR,
  poll,
  type Replica,
  startReplica,
  type World,
  worldOf,
} from '../support/simulatedInstallation.ts';
import { YOUNG_POLICY } from '../support/youngPolicy.ts';
import type { Command } from './transcript.ts';

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };
const PEOPLE: Readonly<Record<string, Principal>> = { olga: OLGA, oskar: OSKAR, anna: ANNA, emil: EMIL, aurel: AUREL };
/** What every release begins with is of no interest in a story. */
const UNTOLD: readonly Entry['type'][] = ['proposed', 'approved', 'created', 'preflight', 'audited'];

/** An auditor's word is of interest, Sluice's own beside what it permits is not. */
const isTold = ({ type, actor }: Entry) => !UNTOLD.includes(type) || (type === 'audited' && actor.kind === 'person');

/** Who sits at the console of a simulated installation: takes the commands of a transcript, and says what became of them. */
export class Operator {
  #world: World = worldOf({ pollIntervalMs: 60_000 });
  /** In whose place, but where a story needs it, stands a source that answers what it is told to. */
  #shop: ScrapedShop | null = null;
  #replica: Replica | null = null;
  #feature = 'checkout-v2';
  #rollouts: string[] = [];
  #seen = 0;
  #planDigest = '';
  #waiver = '';

  /** The answer: what the command itself says, then what was recorded since the last answer. */
  async answer(command: Command): Promise<string> {
    const said = await this.#carryOut(command).catch(refusal);
    const recorded = await this.#news();
    return [...(said === '' ? [] : [said]), ...recorded].join('\n');
  }

  get faults(): readonly string[] {
    return this.#world.faults;
  }

  async #carryOut(command: Command): Promise<string> {
    const replica = await this.#running();
    const { options, words } = command;
    const comment = options.get('reason') ?? null;
    const who = PEOPLE[options.get('by') ?? 'olga'];
    if (who === undefined) throw new Error(`line ${command.line}: nobody is called ${options.get('by')}`);
    const id = this.#rollouts.at(-1) ?? '';
    switch (command.name) {
      case 'installation':
        return this.#install(command);
      case 'release':
        return this.#release(command, replica);
      case 'start':
        await replica.rollouts.start(who, id, await wishFor(replica, id, comment));
        return '';
      case 'advance':
        await replica.rollouts.advance(who, id, await wishFor(replica, id, comment));
        return '';
      case 'resume':
        await replica.rollouts.resume(who, id, await wishFor(replica, id, comment));
        return '';
      case 'waiver':
        await this.#askWaiver(command, replica);
        return '';
      case 'grant':
        await replica.waivers.decide(who, this.#waiver, {
          decision: words[0] === 'no' ? 'reject' : 'approve',
          comment,
        });
        return '';
      case 'approve': {
        const decision = words[1] === 'no' ? ('reject' as const) : ('approve' as const);
        await replica.rollouts.approve(who, id, { ...(await wishFor(replica, id)), stageId: words[0] ?? '', decision });
        return '';
      }
      case 'verdict': {
        const verdict = verdictIn(words[0], command);
        const subject = words[1] === 'rollout' || words[1] === 'visit' ? words[1] : null;
        await replica.audits.say(who, id, { verdict, subject, findings: [], comment });
        return '';
      }
      case 'pause':
        await replica.closings.pause(who, id, comment);
        return '';
      case 'rollback':
        await replica.closings.rollback(who, id, {
          to: destination(options.get('to')),
          mode: modeIn(words[0]),
          comment,
        });
        return '';
      case 'kill': {
        const { recorded } = await replica.closings.kill(who, this.#feature, comment ?? 'burning');
        return recorded ? '' : 'closed; the ledger will hear of it';
      }
      case 'revive': {
        const { outcome } = await replica.features.revive(who, this.#feature, comment ?? 'mended');
        return outcome;
      }
      case 'stop':
        await replica.installation.setStop(who, comment ?? 'incident');
        return 'stopped';
      case 'calendar': {
        const { shut } = await replica.calendars.set(who, words[0] ?? '', calendarOf(command));
        return shut === null ? 'open' : 'shut';
      }
      case 'hook':
        return this.#hook(command);
      case 'remove-calendar':
        await replica.calendars.remove(who, words[0] ?? '', comment);
        return '';
      case 'lift-stop':
        await replica.installation.liftStop(who, comment);
        return 'lifted';
      case 'metrics':
        return this.#measure(command);
      case 'shop':
        await this.#shopBecomes(command);
        return '';
      case 'ledger':
        return this.#cut(command, this.#world.kept);
      case 'store':
        return this.#cut(command, this.#world.store);
      case 'source':
        if (words[0] === 'down') this.#world.metrics.fail('connection refused');
        else this.#world.metrics.recover();
        return '';
      case 'clock':
        this.#world.clock.advance((words[0] === 'back' ? -1 : 1) * duration(words[1], command));
        return `it is ${this.#clock(this.#world.clock.nowMs())}`;
      case 'restart':
        this.#replica = await this.#booted();
        return '';
      case 'wait':
        return this.#wait(duration(words[0], command));
      case 'status':
        return this.#status(replica, id);
      case 'lookups':
        return this.#lookups(replica);
      case 'told':
        return this.#told();
      case 'verify':
        return this.#verify();
      default:
        throw new Error(`line ${command.line}: ${command.name} is no command`);
    }
  }

  async #running(): Promise<Replica> {
    this.#replica ??= await this.#booted();
    return this.#replica;
  }

  #booted(): Promise<Replica> {
    return startReplica(this.#world, this.#shop === null ? {} : { metrics: this.#shop });
  }

  async #install(command: Command): Promise<string> {
    const minutes = (name: string, otherwise: number) => {
      const given = command.options.get(name);
      return given === undefined ? otherwise : duration(given, command) / 60_000;
    };
    const policy = {
      ...YOUNG_POLICY,
      minDwellMinutes: minutes('dwell', YOUNG_POLICY.minDwellMinutes),
      cooldownMinutes: minutes('cooldown', YOUNG_POLICY.cooldownMinutes),
    };
    const world = worldOf({ policy, pollIntervalMs: duration(command.options.get('poll') ?? '1m', command) });
    this.#world = world;
    if (command.words.includes('shop')) {
      this.#shop = new ScrapedShop(world.clock, () => stored(world, this.#feature));
    }
    this.#replica = await this.#booted();
    return '';
  }

  /** Olga asks for leave to break a rule with the plan of the last release, or of the one that was refused. */
  async #askWaiver(command: Command, replica: Replica): Promise<void> {
    const expiresAt = new Date(this.#world.clock.nowMs() + duration(command.options.get('for'), command)).toISOString();
    const asked = { feature: this.#feature, planDigest: this.#planDigest, rules: command.words, expiresAt };
    const rationale = command.options.get('reason') ?? 'as discussed';
    this.#waiver = (await replica.waivers.request(OLGA, { ...asked, rationale })).state.waiverId;
  }

  async #release(command: Command, replica: Replica): Promise<string> {
    const { words, options, below } = command;
    this.#feature = words[0] ?? this.#feature;
    const stages = below.map((stage) => (words.includes('sequential') ? compared(stageOf(stage)) : stageOf(stage)));
    const plan = proposalInput(
      { feature: this.#feature, title: `Release ${this.#rollouts.length + 1}` },
      {
        initialPercentage: Number.parseFloat(options.get('initial') ?? '5'),
        observationWindowHours: duration(options.get('window') ?? '1h', command) / 3_600_000,
        incrementPolicy: words.includes('manual') ? 'manual' : 'linear',
        rollback: {
          to: destination(options.get('rollback')) ?? 'zero',
          overMinutes: duration(options.get('over') ?? '5m', command) / 60_000,
          verifyHealth: !words.includes('unverified'),
        },
        wedgeStages: stages,
      },
    );
    const input: ProposalInput = {
      ...plan,
      ...(words.includes('critical') ? { criticality: 'critical' as const } : {}),
      ...(words.includes('external') ? { audit: 'external' as const } : {}),
    };
    if ((await this.#world.kept.features.get(this.#feature)) === null) {
      await replica.features.create(OLGA, { key: this.#feature });
    }
    this.#planDigest = (await replica.contracts.validate(input)).planDigest ?? '';
    const startAt = options.get('start-at');
    const startAtMs = startAt === undefined ? null : this.#world.clock.nowMs() + duration(startAt, command);
    this.#rollouts.push(await createdRollout(replica, input, { dryRun: words.includes('dry-run'), startAtMs }));
    return 'proposed by olga, approved, PENDING';
  }

  #measure(command: Command): string {
    const [what] = command.words;
    this.#world.metrics.recover();
    if (what === 'missing') silent(this.#world, 'missing');
    else if (what === 'no-traffic') silent(this.#world, 'noTraffic');
    else measure(this.#world, 'error_rate', Number.parseFloat(command.options.get('errors') ?? '0') / 100);
    return '';
  }

  /** `shop requests=6000 errors=0.1% exposed=5%`, `shop page=NaN`, `shop behind=3m`, `shop hangs`, `shop restarts` */
  async #shopBecomes(command: Command): Promise<void> {
    if (this.#shop === null) throw new Error(`line ${command.line}: there is no shop, say \`installation shop\``);
    if (command.words[0] === 'restarts') return this.#shop.restart();
    const { options } = command;
    const percent = (name: string) => Number.parseFloat(options.get(name) ?? '0.1');
    const behind = options.get('behind');
    await this.#shop.become({
      requests: Number(options.get('requests') ?? '6000'),
      errorPercent: { exposed: percent('exposed'), others: percent('errors') },
      page: pageOf(options.get('page') ?? 'whole'),
      behindMs: behind === undefined ? null : duration(behind, command),
      hangs: command.words[0] === 'hangs',
    });
  }

  /** `hook beforeAdvance agrees`, `hook beforeAdvance says="answered 503"` */
  #hook({ words, options }: Command): string {
    const hook = (['beforeStart', 'beforeAdvance', 'beforeComplete'] as const).find((name) => name === words[0]);
    if (hook === undefined) throw new Error(`${words[0]} is no hook`);
    this.#world.hooks.answer(hook, options.get('says') ?? null);
    return '';
  }

  #cut(command: Command, part: { cut(): void; mend(): void }): string {
    if (command.words[0] === 'down') part.cut();
    else part.mend();
    return '';
  }

  async #wait(ms: number): Promise<string> {
    const untilMs = this.#world.clock.nowMs() + ms;
    while (this.#world.clock.nowMs() < untilMs) {
      await poll(await this.#running(), Math.min(this.#world.pollIntervalMs, untilMs - this.#world.clock.nowMs()));
    }
    return '';
  }

  async #status(replica: Replica, id: string): Promise<string> {
    const status = await replica.rollouts.status(id);
    const stage = `stage ${status.currentStage.stageId} (${status.stageIndex + 1} of ${status.totalStages})`;
    const where = `${status.wedgeState} ${status.phase}, ${stage}, ${status.percentage} %`;
    const health = status.health === null ? '' : `; health ${status.health.state}`;
    const back = status.rollingBack;
    const down =
      back === null
        ? ''
        : `; from ${back.percentageFrom} % to ${back.percentageTo} % at ${this.#clock(Date.parse(back.endsAt))}`;
    if (status.decision === null) return where;
    const until =
      status.decision.unblocksAt === null ? '' : ` until ${this.#clock(Date.parse(status.decision.unblocksAt))}`;
    return `${where}: ${status.decision.kind} ${status.decision.reason}${until}${down}${health}`;
  }

  #lookups(replica: Replica): string {
    const { here, stored } = exposed(replica, this.#feature);
    return `${here / 1000} % here, ${stored / 1000} % in the store`;
  }

  /** What people were told of, and how urgently, but for news. */
  async #told(): Promise<string> {
    const items = await this.#world.kept.outbox.claim(this.#world.clock.nowMs(), 1000, 1000);
    const urgent = items.map(({ notice }) => notice).filter(({ urgency }) => urgency !== 'news');
    return urgent.map(({ urgency, text }) => `${urgency}: ${text}`).join('\n');
  }

  async #verify(): Promise<string> {
    const chain = await chainOf(this.#world, this.#feature);
    const report = audited(chain, this.#world.clock.nowMs());
    const decisions = chain.filter(({ evidence }) => evidence !== null).length;
    const found = `${chain.length} entries, ${report.verdict}; ${decisions} decisions replayed`;
    return [found, ...findingsIn(report)].join('\n');
  }

  /** Entries that were recorded since the last answer. */
  async #news(): Promise<readonly string[]> {
    const chain = await chainOf(this.#world, this.#feature).catch((error: unknown) => {
      if (error instanceof LedgerUnreachable) return null;
      throw error;
    });
    if (chain === null) return [];
    const fresh = chain.slice(this.#seen);
    this.#seen = chain.length;
    return fresh.filter(isTold).map((entry) => this.#lineOf(entry));
  }

  #lineOf(entry: Entry): string {
    const { type, percentageBefore: before, percentageAfter: after } = entry;
    const percentage = before === after ? `${after ?? 0} %` : `${before ?? 0} % → ${after ?? 0} %`;
    const by = entry.actor.kind === 'person' ? `, ${entry.actor.subject}` : '';
    const until =
      type === 'held' && entry.data.unblocksAtMs !== null ? ` until ${this.#clock(entry.data.unblocksAtMs)}` : '';
    const words = entry.comment === null ? '' : ` "${entry.comment}"`;
    const late = entry.late ? `, recorded at ${this.#clock(Date.parse(entry.recordedAt))}` : '';
    const said = saidIn(entry);
    const stage = type === 'stageApproved' ? ` ${entry.data.decision} ${entry.data.stageId}` : '';
    const dry = entry.dryRun ? ' (dry run)' : '';
    const why = entry.reason === null ? '' : `: ${entry.reason}`;
    return `${this.#clock(Date.parse(entry.at))} ${type}${stage}${said}${dry} ${percentage}${why}${until}${by}${words}${late}`;
  }

  /** Hours, minutes and seconds since the beginning. */
  #clock(ms: number): string {
    const seconds = Math.floor((ms - T0) / 1000);
    const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
    return `${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
  }
}

/** What an entry has found out. */
function saidIn(entry: Entry): string {
  if (entry.type === 'audited') return ` ${entry.data.verdict} on the ${entry.data.subject}`;
  if (entry.type === 'healthVerified') return ` ${entry.data.outcome}`;
  if (entry.type === 'rolledBack' && entry.data.mode === 'progressive') return ' step by step';
  return entry.type === 'incidentLinked' ? ` ${entry.data.severity}${entry.data.resolved ? ' resolved' : ''}` : '';
}

/** `stage canary 10% 1h [approval] [stabilize=2h] [consecutive=3] [tolerates=40%]` */
function stageOf(command: Command): StageInput {
  const [stageId = '', percentage = '', hours] = command.words;
  const stable = command.options.get('stabilize');
  const stage = stageInput(stageId, Number.parseFloat(percentage), {
    durationHours: duration(hours, command) / 3_600_000,
    requiresApproval: command.words.includes('approval'),
    ...(stable === undefined
      ? {}
      : { stabilization: { minimumDurationHours: duration(stable, command) / 3_600_000, healthThreshold: 0.9 } }),
  });
  const consecutive = Number(command.options.get('consecutive') ?? '1');
  const tolerated = command.options.get('tolerates');
  const threshold = tolerated === undefined ? {} : { threshold: Number.parseFloat(tolerated) / 100 };
  const triggers = stage.rollbackTrigger.map((trigger) => ({ ...trigger, ...threshold, consecutive }));
  return { ...stage, rollbackTrigger: triggers };
}

/** The same judged by comparison as well, where each failure is another user's. */
function compared(stage: StageInput): StageInput {
  const criterion = { sli: 'error_rate', compare: 'sequential' as const, dispersion: 1 };
  return {
    ...stage,
    successCriteria: [...stage.successCriteria, criterion],
    rollbackTrigger: [...stage.rollbackTrigger, criterion],
  };
}

const PAGES: readonly ShopConditions['page'][] = ['whole', 'refused', 'empty', 'unlabelled', 'NaN', '+Inf'];
function pageOf(text: string): ShopConditions['page'] {
  const page = PAGES.find((one) => one === text);
  if (page === undefined) throw new Error(`${text} is no page: ${PAGES.join(', ')}`);
  return page;
}

/** `calendar fridays closed days=friday [from=09:00] [to=17:00] [zone=Europe/Berlin] reason="no Fridays"` */
function calendarOf({ words, options }: Command) {
  const times = [...options].filter(([name]) => name === 'from' || name === 'to');
  const window = { days: options.get('days')?.split(',') ?? [], ...Object.fromEntries(times) };
  const timeZone = options.get('zone') ?? 'UTC';
  return { timeZone, effect: words[1], windows: [window], reason: options.get('reason') };
}

function duration(text: string | undefined, command: Command): number {
  const [, count, unit] = /^(\d+)([smh])$/.exec(text ?? '') ?? [];
  const unitMs = UNITS[unit ?? ''];
  if (count === undefined || unitMs === undefined) throw new Error(`line ${command.line}: ${text} is no duration`);
  return Number(count) * unitMs;
}

function verdictIn(text: string | undefined, command: Command): 'PASS' | 'FAIL' | 'INCONCLUSIVE' {
  if (text === 'PASS' || text === 'FAIL' || text === 'INCONCLUSIVE') return text;
  throw new Error(`line ${command.line}: ${text} is no verdict`);
}

function destination(text: string | undefined): 'zero' | 'previousStage' | null {
  if (text === undefined) return null;
  if (text === 'zero' || text === 'previousStage') return text;
  throw new Error(`${text} is no destination`);
}

function modeIn(text: string | undefined): 'immediate' | 'progressive' | null {
  return text === 'progressive' || text === 'immediate' ? text : null;
}

function refusal(error: unknown): string {
  if (error instanceof LedgerUnreachable) return 'refused: the ledger can not be reached';
  if (!(error instanceof Refusal)) throw error;
  const { reason, unblocksAt } = error.more;
  const broken = error.more.violations?.map(({ rule }) => rule).join(', ');
  const why = broken ?? reason ?? error.message;
  const until = unblocksAt == null ? '' : ` until ${new Date(unblocksAt).toISOString().slice(11, 19)} UTC`;
  return `refused ${error.code}: ${why}${until}`;
}
