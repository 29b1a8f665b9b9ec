import type { Calendar } from '../calendar/calendar.ts';
import type { Contract } from '../contract/contract.ts';
import type { Policy } from '../contract/policy.ts';
import type { Warning } from '../contract/violation.ts';
import type { Exposure } from '../feature/flagDocument.ts';
import type { Grants } from '../feature/grants.ts';
import type { Incident } from '../governance/incident.ts';
import type { WaiverUse } from '../governance/waiver.ts';
import type { Verdict } from '../health/verdict.ts';
import type { DecisionContext } from '../rollout/context.ts';
import type { HealthOutcome } from '../rollout/healthWatch.ts';
import type { Poll } from '../rollout/poll.ts';
import type { PreflightItem } from '../rollout/preflight.ts';
import type { Reason } from '../rollout/reason.ts';

/** Who did it: a person (the subject of a token) or Sluice itself. */
export type Actor = { readonly kind: 'person' | 'sluice'; readonly subject: string };
export const SLUICE: Actor = { kind: 'sluice', subject: 'sluice' };

/** What a decision rested on: enough to call `decide` again and get the same answer (SLU-REPLAY). */
export type Evidence = {
  /** Of the rollout that was judged: the one before the entry, but where a closing had to be recorded after a change that it raced with. */
  readonly rolloutVersion: number;
  readonly nowMs: number;
  readonly poll: Poll | null;
  readonly context: DecisionContext;
};

/** What each type of entry says beyond the common fields. */
export type EntryData = {
  readonly proposed: {
    readonly contract: Contract;
    /** The one that judged it; it rules the rollout. */
    readonly policy: Policy;
    readonly planDigest: string;
    readonly warnings: readonly Warning[];
    /** Those that cover what the plan breaks; empty where it breaks nothing. */
    readonly waivers: readonly WaiverUse[];
  };
  readonly approved: { readonly digest: string };
  readonly rejected: { readonly digest: string };
  readonly created: {
    readonly contract: Contract;
    readonly policy: Policy;
    readonly salt: string;
    readonly startAtMs: number | null;
    readonly proposer: string;
    readonly waivers: readonly WaiverUse[];
  };
  readonly preflight: { readonly passed: boolean; readonly items: readonly PreflightItem[] };
  /** A person vouches for what the policy asks for by this name. */
  readonly attested: { readonly name: string };
  readonly started: {
    readonly exposure: Exposure;
    readonly base: Grants;
    readonly phase: 'ramp' | 'stage';
    /** Of the plan; above 0 only where it takes another rollout over. */
    readonly stageIndex: number;
    /** The rollout that ends with this start; null but for a contract that supersedes. */
    readonly supersedes: string | null;
    /** Only ever true of a dry run: nobody had approved, and it went on as if. */
    readonly approvalTakenAsGiven: boolean;
  };
  readonly ramped: { readonly exposure: Exposure };
  readonly stageApproved: { readonly stageId: string; readonly decision: 'approve' | 'reject' };
  readonly advanced: {
    readonly exposure: Exposure;
    readonly fromStage: string;
    readonly stageIndex: number;
    readonly approvalTakenAsGiven: boolean;
  };
  readonly held: { readonly detail: string; readonly unblocksAtMs: number | null };
  readonly paused: { readonly detail: string };
  /** A criterion of severity `alert` has failed for its count: a person's review is asked for. Decides nothing. */
  readonly alerted: { readonly criterion: string; readonly sli: string; readonly detail: string };
  /** It passes again; what fails after this alerts anew. */
  readonly alertResolved: { readonly criterion: string; readonly sli: string };
  /** What the person says is the comment. */
  readonly reviewed: { readonly criterion: string; readonly sli: string };
  readonly resumed: { readonly acknowledged: readonly string[] };
  /** One step of a progressive rollback; the last one is `rolledBack`. */
  readonly rollbackStep: {
    readonly exposure: Exposure;
    /** 0 is the half at once; of `ROLLBACK_STEPS`. */
    readonly step: number;
    /** Of the first: where it leads, null being what the feature exposed before, and in how long. */
    readonly begins: { readonly to: Grants; readonly toStageIndex: number | null; readonly overMs: number } | null;
  };
  readonly rolledBack: {
    readonly exposure: Exposure;
    readonly detail: string;
    readonly fromStage: string | null;
    /** null: to what the feature exposed before this rollout, which ends it. */
    readonly toStageIndex: number | null;
    readonly automatic: boolean;
    /** `progressive`: the last step of one, at its time. */
    readonly mode: 'immediate' | 'progressive';
    readonly triggeredAtMs: number;
    readonly cooldownUntilMs: number;
  };
  readonly exposureRemoved: {
    readonly documentVersion: number;
    readonly triggeredAtMs: number;
    readonly removedAtMs: number;
  };
  /** Every member that is known serves the closing, or the wait is over. The first hundred names; the counts are of all. */
  readonly exposureConfirmed: {
    readonly documentVersion: number;
    readonly triggeredAtMs: number;
    readonly removedAtMs: number;
    readonly confirmedAtMs: number;
    readonly heard: readonly string[];
    readonly heardCount: number;
    readonly unheard: readonly string[];
    readonly unheardCount: number;
  };
  /** Whether a rollback has helped. */
  readonly healthVerified: {
    readonly outcome: HealthOutcome;
    readonly detail: string;
    /** When the exposure was taken back: what was measured lies after it. */
    readonly sinceMs: number;
    /** The triggers of the stage that was rolled back from, judged on those who still meet it, or on all traffic. */
    readonly verdicts: readonly Verdict[];
  };
  readonly completed: { readonly exposure: Exposure };
  /** Its exposure is the other rollout's from here on. */
  readonly superseded: { readonly by: string };
  readonly audited: {
    readonly subject: 'visit' | 'rollout';
    readonly verdict: 'PASS' | 'FAIL' | 'INCONCLUSIVE';
    readonly throughSeq: number;
    readonly findings: readonly string[];
  };
  readonly killed: { readonly exposure: Exposure };
  readonly reviveRequested: Record<string, never>;
  readonly revived: { readonly exposure: Exposure; readonly requestedBy: string | null };
  readonly overrideRequested: {
    readonly workspaceId: string;
    /** null: to remove it. */
    readonly threshold: number | null;
    readonly expiresAtMs: number | null;
  };
  readonly overrideSet: {
    readonly exposure: Exposure;
    readonly workspaceId: string;
    readonly threshold: number;
    readonly expiresAtMs: number | null;
    /** Above every grant: a grant to the workspace, and never by one person alone. */
    readonly raises: boolean;
    /** Who asked first, where it took two. */
    readonly requestedBy: string | null;
  };
  readonly overrideRemoved: {
    readonly exposure: Exposure;
    readonly workspaceId: string;
    readonly cause: 'asked' | 'expired';
    readonly requestedBy: string | null;
  };
  /** A person says that the automatic rollback took back what was good. */
  readonly falseAlarmMarked: Record<string, never>;
  readonly driftAdopted: { readonly exposure: Exposure; readonly found: string };
  readonly driftRepaired: { readonly documentVersion: number; readonly found: string };
  /** The rationale is the comment. */
  readonly waiverRequested: {
    readonly waiverId: string;
    readonly planDigest: string;
    readonly rules: readonly string[];
    readonly expiresAtMs: number;
  };
  readonly waiverApproved: { readonly waiverId: string };
  readonly waiverRejected: { readonly waiverId: string };
  readonly waiverExpired: { readonly waiverId: string; readonly rules: readonly string[] };
  readonly incidentLinked: Incident;
  readonly policyChanged: { readonly policy: Policy; readonly approvedBy: readonly string[] };
  readonly stopSet: Record<string, never>;
  readonly stopLifted: Record<string, never>;
  readonly calendarSet: { readonly name: string; readonly calendar: Calendar };
  readonly calendarRemoved: { readonly name: string };
};
export type EntryType = keyof EntryData;

/** RWG codes that operators and alert rules know. */
export const ENTRY_CODES: Readonly<Partial<Record<EntryType, string>>> = {
  advanced: 'RWG-001',
  paused: 'RWG-002',
  rolledBack: 'RWG-003',
  completed: 'RWG-004',
};

type Common = {
  /** Epoch ms at which it held; `recordedAt` is added by the ledger. */
  readonly atMs: number;
  readonly feature: string | null;
  readonly contract: string | null;
  readonly rollout: string | null;
  readonly dryRun: boolean;
  readonly stage: string | null;
  readonly visit: number | null;
  readonly percentageBefore: number | null;
  readonly percentageAfter: number | null;
  readonly actor: Actor;
  readonly reason: Reason | null;
  /** A person's words. */
  readonly comment: string | null;
  readonly evidence: Evidence | null;
  readonly policyDigest: string | null;
  readonly contractDigest: string | null;
};

/** An entry before it has its place in a chain. */
export type EntryDraft = { [T in EntryType]: Common & { readonly type: T; readonly data: EntryData[T] } }[EntryType];

type Linked<D> = Omit<D, 'atMs'> & {
  readonly schema: 1;
  readonly chain: string;
  /** 1 for the first entry of a chain, without gaps. */
  readonly seq: number;
  /** RFC 3339 UTC with milliseconds. */
  readonly at: string;
  readonly recordedAt: string;
  /** Recorded after the fact: a closing that did not wait for the ledger. */
  readonly late: boolean;
  readonly code: string | null;
  readonly environment: string;
  readonly prevHash: string;
  readonly hash: string;
};

/** One link of a chain: what happened, on what proof, after what. Never changed, never deleted. */
export type Entry = { [T in EntryType]: Linked<Extract<EntryDraft, { type: T }>> }[EntryType];
export type EntryOf<T extends EntryType> = Extract<Entry, { type: T }>;

/** The chain of the installation: global stop, calendars and policy. Every other chain is named after its feature. */
export const INSTALLATION_CHAIN = '@installation';
