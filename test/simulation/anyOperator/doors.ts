import type { Contract } from '../../../src/domain/contract/contract.ts';
import type { EvaluationContext } from '../../../src/domain/feature/context.ts';
import type { Entry, EntryOf } from '../../../src/domain/ledger/entry.ts';
import { bucketOf, lies, type Met, metBy } from './everybody.ts';

const NOBODY: Met = new Set();

type Opening = EntryOf<'started' | 'ramped' | 'advanced'>;
type OfWorkspace = EntryOf<'overrideSet' | 'overrideRemoved'>;

/**
 * Follows a feature's chain by who is met, one by one. SLU-DOOR: whoever is let in comes through a door that was open to them, the plan of
 * a contract, a second person or the end of a cap that was set with one. SLU-STICKY: whoever is in stays, but by an entry that closes.
 */
export class Doors {
  readonly #salt: string;
  readonly #plans = new Map<string, { readonly contract: Contract; stageIndex: number }>();
  readonly #ends = new Map<string, number>();
  /** By what completed rollouts have left. */
  #settled: Met = NOBODY;
  #in: Met = NOBODY;

  constructor(salt: string) {
    this.#salt = salt;
  }

  /** Who is in by the word of the ledger. */
  get in(): Met {
    return this.#in;
  }

  /** The next entry of the chain; the answer says what is wrong with it. */
  take(entry: Entry): readonly string[] {
    if (entry.dryRun) return [];
    if (entry.type === 'created' && entry.rollout !== null) {
      this.#plans.set(entry.rollout, { contract: entry.data.contract, stageIndex: 0 });
    }
    if (!('exposure' in entry.data) || (entry.type === 'rolledBack' && entry.data.fromStage === null)) return [];
    const before = this.#in;
    this.#in = metBy(entry.data.exposure, this.#salt);
    const letIn = [...this.#in.difference(before)];
    const letGo = [...before.difference(this.#in)];
    const faults = this.#judge(entry, letIn, letGo);
    this.#note(entry);
    return faults.map((fault) => `${entry.seq} ${entry.type}: ${fault}`);
  }

  #judge(entry: Entry, letIn: readonly EvaluationContext[], letGo: readonly EvaluationContext[]): readonly string[] {
    const said = (what: string, who: readonly EvaluationContext[]) =>
      who.length === 0 ? [] : [`SLU-${what} ${who.map(({ targetingKey }) => targetingKey).join(' ')}`];
    switch (entry.type) {
      case 'started':
      case 'ramped':
      case 'advanced':
        return [...said('DOOR beyond the plan', this.#beyondPlan(entry, letIn)), ...said('STICKY loses', letGo)];
      case 'completed':
        return [...said('DOOR lets in', letIn), ...said('STICKY loses', letGo)];
      case 'revived': {
        const isByTwo = isByAnother(entry, entry.data.requestedBy);
        // Whoever raised a workspace while it was killed took two for that as well.
        const raised = metBy({ ...entry.data.exposure, grants: [] }, this.#salt);
        const unheard = letIn.filter((who) => !isByTwo || !(this.#settled.has(who) || raised.has(who)));
        return [...said('DOOR restores', unheard), ...said('STICKY loses', letGo)];
      }
      case 'overrideSet':
      case 'overrideRemoved': {
        const elsewhere = [...letIn, ...letGo].filter((who) => who.workspaceId !== entry.data.workspaceId);
        const isOpen = isByAnother(entry, entry.data.requestedBy) || this.#isOver(entry);
        return [...said('DOOR and STICKY change', elsewhere), ...said('DOOR by one alone', isOpen ? [] : letIn)];
      }
      default:
        return said('DOOR lets in', letIn);
    }
  }

  #beyondPlan(entry: Opening, letIn: readonly EvaluationContext[]): readonly EvaluationContext[] {
    const plan = this.#plans.get(entry.rollout ?? '');
    if (plan === undefined) return letIn;
    if ('stageIndex' in entry.data) plan.stageIndex = entry.data.stageIndex;
    const { wedgeStages, initialPercentage } = plan.contract.rolloutWedge;
    const isRamp = entry.type === 'started' && entry.data.phase === 'ramp';
    const reached = wedgeStages.slice(0, plan.stageIndex + 1).map(({ scope, targetPercentage }) => {
      const percentage = isRamp ? initialPercentage : targetPercentage;
      return { scope, threshold: Math.round(percentage * 1000) };
    });
    const isPlanned = (who: EvaluationContext) =>
      reached.some(({ scope, threshold }) => lies(who, scope) && bucketOf(this.#salt, who) < threshold);
    return letIn.filter((who) => !isPlanned(who));
  }

  #isOver({ at, data: { workspaceId, ...data } }: OfWorkspace): boolean {
    return 'cause' in data && data.cause === 'expired' && (this.#ends.get(workspaceId) ?? Infinity) <= Date.parse(at);
  }

  #note(entry: Entry): void {
    if (entry.type === 'overrideSet') this.#ends.set(entry.data.workspaceId, entry.data.expiresAtMs ?? Infinity);
    if (entry.type !== 'completed' && entry.type !== 'driftAdopted') return;
    const { grants } = entry.data.exposure;
    const met = metBy({ grants, killed: false, caps: {}, raises: {} }, this.#salt);
    this.#settled = entry.type === 'completed' ? met : this.#settled.intersection(met);
  }
}

const isByAnother = ({ actor }: Entry, requestedBy: string | null) =>
  actor.kind === 'person' && requestedBy !== null && requestedBy !== actor.subject;
