import type { Contract } from '../../domain/contract/contract.ts';
import { parseInput } from '../../domain/contract/parseInput.ts';
import { type Violation, violation } from '../../domain/contract/violation.ts';
import {
  judgePeriod,
  type Period,
  periodOf,
  type SimulationWish,
  simulationSchema,
} from '../../domain/simulation/request.ts';
import type { Clock } from '../ports/clock.ts';
import type { Proposals } from '../proposal/proposals.ts';
import { Refusal, type RefusalCode } from '../refusal.ts';
import type { MetricSources } from '../sight/metricSources.ts';

export type RequestDeps = {
  readonly proposals: Proposals;
  readonly sources: MetricSources;
  readonly clock: Clock;
  /** Of the installation; a contract may ask for less often. */
  readonly pollIntervalMs: number;
};

/** What is to be simulated, once nothing speaks against it. */
export type Accepted = {
  readonly wish: SimulationWish;
  readonly period: Period;
  readonly pollIntervalMs: number;
  /** Its SLIs look at the sources that are to be asked. */
  readonly contract: Contract;
};

/** Reads what is asked for, and refuses it with all mistakes at once: those of the contract, of the period and of the sources. */
export async function acceptedRequest(deps: RequestDeps, input: unknown): Promise<Accepted> {
  const { contract: sent, ...rest } = isRecord(input) ? input : {};
  const parsed = parseInput(simulationSchema, isRecord(input) ? rest : input);
  const { code, violations, contract } = isRecord(input) ? await judged(deps, sent) : { ...NOT_SENT };
  const nowMs = deps.clock.nowMs();
  const pollIntervalMs = Math.max(deps.pollIntervalMs, (contract?.pollIntervalSeconds ?? 0) * 1000);
  const period = parsed.ok ? periodOf(parsed.value, nowMs) : null;
  const own = [
    ...(parsed.ok ? [] : parsed.violations),
    ...(period === null ? [] : judgePeriod(period, nowMs, pollIntervalMs)),
    ...(parsed.ok ? unreadableSources(deps.sources, parsed.value, contract) : []),
    ...(contract?.supersedes === undefined ? [] : [supersedes(contract.supersedes)]),
  ];
  const all = [...own, ...violations];
  if (all.length > 0 || !parsed.ok || period === null || contract === null) {
    throw new Refusal(codeOf(parsed.ok, own, code), `the simulation breaks ${all.length} rules`, { violations: all });
  }
  return { wish: parsed.value, period, pollIntervalMs, contract: lookedUpIn(contract, parsed.value.source) };
}

type Judged = {
  readonly code: RefusalCode | null;
  readonly violations: readonly Violation[];
  readonly contract: Contract | null;
};
const NOT_SENT: Judged = { code: null, violations: [], contract: null };

/** As a proposal is, each place as it lies in this request. */
async function judged({ proposals }: RequestDeps, sent: unknown): Promise<Judged> {
  try {
    return { ...NOT_SENT, contract: await proposals.drafted(sent) };
  } catch (error) {
    if (!(error instanceof Refusal) || error.more.violations === undefined) throw error;
    const violations = error.more.violations.map((broken) => ({
      ...broken,
      path: `$.contract${broken.path.slice(1)}`,
    }));
    return { code: error.code, violations, contract: null };
  }
}

function codeOf(isReadable: boolean, own: readonly Violation[], ofContract: RefusalCode | null): RefusalCode {
  if (!isReadable || ofContract === 'SCHEMA') return 'SCHEMA';
  return own.length > 0 || ofContract === null ? 'SIMULATION_INVALID' : ofContract;
}

function unreadableSources(
  sources: MetricSources,
  { source }: SimulationWish,
  contract: Contract | null,
): readonly Violation[] {
  const keepsPast = ({ recorded }: Partial<NonNullable<ReturnType<MetricSources['get']>>>) => recorded !== undefined;
  const allowed = `one of ${
    sources
      .list()
      .filter(keepsPast)
      .map(({ name }) => name)
      .join(', ') || 'none: no source keeps its past'
  }`;
  const refused = (at: readonly PropertyKey[], name: string) =>
    keepsPast(sources.get(name) ?? {})
      ? []
      : [violation('SIMULATION_SOURCE', at, name, allowed, 'must be a source that keeps its past')];
  if (source !== undefined) return refused(['source'], source);
  return (contract?.slis ?? []).flatMap((sli, index) => refused(['contract', 'slis', index, 'source'], sli.source));
}

const supersedes = (rolloutId: string): Violation =>
  violation(
    'SIMULATION_SUPERSEDES',
    ['contract', 'supersedes'],
    rolloutId,
    'left out',
    'begins where another rollout stands now, which it did not then',
  );

function lookedUpIn(contract: Contract, source: string | undefined): Contract {
  return source === undefined ? contract : { ...contract, slis: contract.slis.map((sli) => ({ ...sli, source })) };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
