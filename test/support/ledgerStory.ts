import type { Postgres } from '../../src/adapters/postgres/openPostgres.ts';
import type { Append, Appended } from '../../src/control/ports/ledger.ts';
import type { NoticeChange } from '../../src/control/ports/outbox.ts';
import type { RolloutRecord, Tick } from '../../src/control/ports/rolloutRegister.ts';
import type { Calendar } from '../../src/domain/calendar/calendar.ts';
import { type Contract, contractFrom } from '../../src/domain/contract/contract.ts';
import { contractDigest, planDigest } from '../../src/domain/contract/digest.ts';
import { DEFAULT_POLICY } from '../../src/domain/contract/policy.ts';
import { BUCKETING, type FeatureDefinition } from '../../src/domain/feature/feature.ts';
import type { Incident } from '../../src/domain/governance/incident.ts';
import { NO_GUARDS } from '../../src/domain/health/guards.ts';
import { type Entry, type EntryDraft, INSTALLATION_CHAIN, SLUICE } from '../../src/domain/ledger/entry.ts';
import { entriesOf } from '../../src/domain/rollout/decided.ts';
import type { Decision } from '../../src/domain/rollout/decision.ts';
import { draft, type Saying } from '../../src/domain/rollout/draft.ts';
import { exposureWithoutRollout } from '../../src/domain/rollout/exposure.ts';
import { rolledBackEntry } from '../../src/domain/rollout/rolledBack.ts';
import { validProposal } from './proposals.ts';

/** Everything that is kept, whatever keeps it. */
export type Kept = Omit<Postgres, 'close' | 'prepare'>;

export const T0 = Date.UTC(2026, 10, 20, 12);

export function definitionOf(key: string, given: Partial<FeatureDefinition> = {}): FeatureDefinition {
  return {
    key,
    description: '',
    owner: 'shop',
    variants: { on: true, off: false },
    prerequisites: [],
    salt: '9f2c1d',
    bucketing: BUCKETING,
    revision: 0,
    createdAtMs: T0,
    archivedAtMs: null,
    ...given,
  };
}

export const contractOf = (id: string, feature: string): Contract => contractFrom(validProposal({ feature }), id);

const FRIDAYS: Calendar = {
  timeZone: 'UTC',
  effect: 'closed',
  appliesTo: {},
  windows: [{ days: ['friday'], from: '00:00', to: '24:00' }],
  reason: 'no Fridays',
};

export const NO_CHANGE: NoticeChange = {
  stage: null,
  percentageFrom: 0,
  percentageTo: 0,
  reason: null,
  detail: null,
};

const PERSON = { kind: 'person', subject: 'olga' } as const;

const sayingAt = (atMs: number, given: Partial<Saying> = {}): Saying => ({
  atMs,
  actor: SLUICE,
  reason: null,
  comment: null,
  evidence: null,
  ...given,
});

const COMMON = {
  dryRun: false,
  stage: null,
  visit: null,
  percentageBefore: null,
  percentageAfter: null,
  reason: null,
  comment: null,
  evidence: null,
  policyDigest: null,
  contractDigest: null,
};

export function proposedDraft(contract: Contract, atMs = T0, given: Partial<EntryDraft> = {}): EntryDraft {
  const data = { contract, policy: DEFAULT_POLICY, planDigest: planDigest(contract), warnings: [], waivers: [] };
  // The test may replace any common field; `type` and `data` stay paired.
  return {
    ...COMMON,
    type: 'proposed',
    data,
    atMs,
    actor: PERSON,
    feature: contract.feature,
    contract: contract.id,
    rollout: null,
    contractDigest: contractDigest(contract),
    ...given,
  } as EntryDraft;
}

export function approvedDraft(contract: Contract, subject: string, atMs = T0): EntryDraft {
  const common = { ...COMMON, feature: contract.feature, contract: contract.id, rollout: null };
  const actor = { kind: 'person', subject } as const;
  return { ...common, type: 'approved', data: { digest: contractDigest(contract) }, atMs, actor };
}

export type NewRollout = {
  readonly id: string;
  readonly contract: Contract;
  readonly atMs?: number;
  readonly dryRun?: boolean;
  readonly startAtMs?: number | null;
};

export function createdDraft({ id, contract, atMs = T0, dryRun = false, startAtMs = null }: NewRollout): EntryDraft {
  return {
    ...COMMON,
    dryRun,
    type: 'created',
    data: { contract, policy: DEFAULT_POLICY, salt: '9f2c1d', startAtMs, proposer: 'olga', waivers: [] },
    atMs,
    actor: PERSON,
    feature: contract.feature,
    contract: contract.id,
    rollout: id,
    contractDigest: contractDigest(contract),
  };
}

const INCIDENT: Incident = {
  reference: 'INC-7',
  severity: 'sev2',
  url: null,
  detectedBySluice: false,
  resolved: false,
};

export const stopDraft = (type: 'stopSet' | 'stopLifted', atMs = T0): EntryDraft => ({
  ...COMMON,
  type,
  data: {},
  atMs,
  actor: PERSON,
  feature: null,
  contract: null,
  rollout: null,
});

export function appendOf(chain: string, drafts: readonly EntryDraft[], given: Partial<Append> = {}): Append {
  const recordedAtMs = Math.max(T0, ...drafts.map(({ atMs }) => atMs));
  return { chain, drafts, expected: {}, ticked: null, notices: [], recordedAtMs, ...given };
}

/** Every Friday, under this name. */
export const calendarDraft = (name: string, given: Partial<Calendar> = {}): EntryDraft => ({
  ...stopDraft('stopSet'),
  type: 'calendarSet',
  data: { name, calendar: { ...FRIDAYS, ...given } },
});

export const stopAppend = (type: 'stopSet' | 'stopLifted') => appendOf(INSTALLATION_CHAIN, [stopDraft(type)]);

export function entriesIn(appended: Appended): readonly Entry[] {
  if (appended.kind === 'conflict') throw new Error(`a conflict over ${appended.over}`);
  return appended.entries;
}

type Said = 'paused' | 'resumed' | 'held' | 'preflight' | 'incidentLinked' | 'alerted' | 'reviewed' | 'healthVerified';

const ALERT = { criterion: 'trigger/1', sli: 'error_rate' };

const HOLD: Decision = { kind: 'hold', reason: 'stageDuration', detail: 'wait', unblocksAtMs: null };

/** What a tick that holds leaves behind. */
export function tickAt(atMs: number, given: Partial<Tick['poll']> = {}): Tick {
  const clocks = { visit: 0, observation: 0, noProgress: 0 };
  const poll = {
    atMs,
    epoch: 1,
    visit: 0,
    verdicts: [],
    targetVerdicts: [],
    counts: {},
    muted: [],
    health: [],
    activeMs: clocks,
  };
  return {
    poll: { comparisons: {}, guards: NO_GUARDS, history: {}, ...poll, onHold: false, served: true, ...given },
    decision: { ...HOLD, row: 11 },
  };
}

/** The steps of a rollout's life, each one append, on whatever keeps them. */
export class LedgerStory {
  readonly kept: Kept;

  constructor(kept: Kept) {
    this.kept = kept;
  }

  async feature(key: string, given: Partial<FeatureDefinition> = {}): Promise<void> {
    await this.kept.features.add(definitionOf(key, given));
  }

  /** A feature with an approved contract and a rollout of it that waits for its start. */
  async pending(feature: string, given: Partial<Omit<NewRollout, 'contract'>> = {}): Promise<RolloutRecord> {
    const id = given.id ?? `rollout-${feature}`;
    const contract = contractOf(`contract-${id}`, feature);
    await this.feature(feature);
    const drafts = [
      proposedDraft(contract, given.atMs),
      approvedDraft(contract, 'anna', given.atMs),
      createdDraft({ ...given, id, contract }),
    ];
    entriesIn(await this.kept.ledger.append(appendOf(feature, drafts)));
    return this.rollout(id);
  }

  async active(feature: string, given: Partial<Omit<NewRollout, 'contract'>> = {}): Promise<RolloutRecord> {
    const { state } = await this.pending(feature, given);
    entriesIn(await this.kept.ledger.append(await this.start(state.id, given.atMs ?? T0)));
    return this.rollout(state.id);
  }

  start(id: string, atMs: number): Promise<Append> {
    return this.open('start', id, atMs);
  }

  async open(
    kind: 'start' | 'ramp' | 'advance' | 'complete',
    id: string,
    atMs: number,
    superseded: RolloutRecord['state'] | null = null,
  ): Promise<Append> {
    const { state } = await this.rollout(id);
    const { state: feature } = await this.featureOf(state.feature);
    const audit = { verdict: 'PASS' as const, throughSeq: 1, findings: [] };
    const subject = { rollout: state, feature, audit, superseded };
    const drafts = entriesOf(subject, { kind, reason: 'ready', detail: 'ready' }, sayingAt(atMs));
    return appendOf(state.feature, drafts, { expected: { rollout: { id, version: state.version } } });
  }

  async rollback(id: string, atMs: number): Promise<Append> {
    const { state } = await this.rollout(id);
    const feature = await this.featureOf(state.feature);
    const exposure = exposureWithoutRollout(feature.state, state.base, atMs);
    const how = { exposure, toStageIndex: null, automatic: true, mode: 'immediate' as const, detail: 'errors' };
    const entry = rolledBackEntry(state, sayingAt(atMs, { reason: 'criterion' }), how);
    return appendOf(state.feature, [entry], { expected: { rollout: { id, version: state.version } } });
  }

  async say(type: Said, id: string, atMs: number): Promise<Append> {
    const { state } = await this.rollout(id);
    return appendOf(state.feature, [this.#said(type, state, atMs)], {
      expected: { rollout: { id, version: state.version } },
    });
  }

  #said(type: Said, state: RolloutRecord['state'], atMs: number): EntryDraft {
    switch (type) {
      case 'paused':
        return draft(state, sayingAt(atMs, { reason: 'operator' }), { type, data: { detail: 'by hand' } });
      case 'resumed':
        return draft(state, sayingAt(atMs, { reason: 'operator' }), { type, data: { acknowledged: [] } });
      case 'held':
        return draft(state, sayingAt(atMs, { reason: 'noTraffic' }), {
          type,
          data: { detail: 'none', unblocksAtMs: null },
        });
      case 'alerted':
        return draft(state, sayingAt(atMs, { reason: 'criterion' }), { type, data: { ...ALERT, detail: 'too many' } });
      case 'reviewed':
        return draft(state, sayingAt(atMs, { reason: 'operator', comment: 'a bot' }), { type, data: ALERT });
      case 'preflight':
        return draft(state, sayingAt(atMs), { type, data: { passed: true, items: [] } });
      case 'healthVerified':
        return draft(state, sayingAt(atMs), {
          type,
          data: { outcome: 'recovered', detail: '', sinceMs: state.healthWatch?.sinceMs ?? 0, verdicts: [] },
        });
      case 'incidentLinked':
        return draft(state, sayingAt(atMs, { reason: 'operator', actor: { kind: 'person', subject: 'olga' } }), {
          type,
          data: INCIDENT,
        });
    }
  }

  async rollout(id: string): Promise<RolloutRecord> {
    const found = await this.kept.rollouts.get(id);
    if (found === null) throw new Error(`no rollout ${id}`);
    return found;
  }

  async featureOf(key: string) {
    const found = await this.kept.features.get(key);
    if (found === null) throw new Error(`no feature ${key}`);
    return found;
  }
}
