import type { Entry } from '../ledger/entry.ts';

/** By law, of every waiver: two different people, neither the one who asks. */
const APPROVERS_OF_WAIVER = 2;

type WaiverApproval = { readonly subject: string; readonly atMs: number; readonly comment: string | null };

/** Leave to break some rules with one plan for a time, and what people said of it: the fold of its entries. */
export type WaiverState = {
  readonly waiverId: string;
  readonly feature: string;
  readonly planDigest: string;
  /** Sorted, each once. */
  readonly rules: readonly string[];
  readonly rationale: string;
  readonly requester: string;
  readonly requestedAtMs: number;
  readonly expiresAtMs: number;
  readonly version: number;
  readonly approvals: readonly WaiverApproval[];
  readonly rejected: { readonly by: string; readonly atMs: number } | null;
  /** Its end is recorded; a waiver whose time is over may wait for that a moment. */
  readonly expired: boolean;
};

/** The waiver that an entry is about; null where it is about none. */
export function waiverIn(entry: Pick<Entry, 'data'>): string | null {
  return 'waiverId' in entry.data ? entry.data.waiverId : null;
}

/** The state after one more entry about this waiver. `waiverRequested` begins it. */
export function foldWaiver(state: WaiverState | null, entry: Entry): WaiverState {
  if (entry.type === 'waiverRequested') return requested(entry);
  if (state === null) throw new Error(`the entries of waiver ${waiverIn(entry)} do not begin with \`waiverRequested\``);
  const version = state.version + 1;
  const atMs = Date.parse(entry.at);
  switch (entry.type) {
    case 'waiverApproved': {
      const approval = { subject: entry.actor.subject, atMs, comment: entry.comment };
      return { ...state, approvals: [...state.approvals, approval], version };
    }
    case 'waiverRejected':
      return { ...state, rejected: { by: entry.actor.subject, atMs }, version };
    case 'waiverExpired':
      return { ...state, expired: true, version };
    default:
      return state;
  }
}

function requested(entry: Extract<Entry, { type: 'waiverRequested' }>): WaiverState {
  return {
    ...entry.data,
    feature: entry.feature ?? entry.chain,
    rationale: entry.comment ?? '',
    requester: entry.actor.subject,
    requestedAtMs: Date.parse(entry.at),
    version: 1,
    approvals: [],
    rejected: null,
    expired: false,
  };
}

/** People whose yes counts: each once, whatever their tokens, and never the one who asked. */
function approversOf({ approvals, requester }: WaiverState): readonly string[] {
  return [...new Set(approvals.map(({ subject }) => subject))].filter((subject) => subject !== requester);
}

export function approversMissing(state: WaiverState): number {
  return Math.max(0, APPROVERS_OF_WAIVER - approversOf(state).length);
}

export const WAIVER_STANDINGS = ['requested', 'approved', 'rejected', 'expired'] as const;
export type WaiverStanding = (typeof WAIVER_STANDINGS)[number];

/** What its entries alone say, without a clock. */
export function recordedStanding(state: WaiverState): WaiverStanding {
  if (state.rejected !== null) return 'rejected';
  if (state.expired) return 'expired';
  return approversMissing(state) === 0 ? 'approved' : 'requested';
}

/** The one word that people see. */
export function waiverStanding(state: WaiverState, nowMs: number): WaiverStanding {
  const recorded = recordedStanding(state);
  return recorded === 'rejected' || nowMs < state.expiresAtMs ? recorded : 'expired';
}

/** Why a word on a waiver does not count. */
export type WaiverWordRefusal = 'FOUR_EYES' | 'WAIVER_NOT_OPEN';

/** Whoever asked has no say; what is rejected or over takes no word any more. An approved one may still be rejected: that closes. */
export function waiverWordRefused(state: WaiverState, subject: string, nowMs: number): WaiverWordRefusal | null {
  if (subject === state.requester) return 'FOUR_EYES';
  const standing = waiverStanding(state, nowMs);
  return standing === 'rejected' || standing === 'expired' ? 'WAIVER_NOT_OPEN' : null;
}
