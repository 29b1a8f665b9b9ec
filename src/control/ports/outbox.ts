import type { Reason } from '../../domain/rollout/reason.ts';

/** Something that people want to hear of. Told after the entry that it speaks of is safe. */
export type Notice = {
  readonly kind:
    | 'started'
    | 'advanced'
    | 'alerted'
    | 'paused'
    | 'resumed'
    | 'rolledBack'
    | 'completed'
    | 'awaitApproval'
    | 'killed'
    | 'waiverExpired'
    | 'rollingBack'
    | 'exposureConfirmed'
    | 'healthVerified';
  /** `incident`: Sluice has acted by itself, and somebody should know why; `page`: it has not helped, and somebody must come. */
  readonly urgency: 'news' | 'incident' | 'page';
  readonly feature: string;
  readonly rolloutId: string | null;
  readonly text: string;
  readonly atMs: number;
  readonly change: NoticeChange;
};

/** What became of the exposure, as facts for programs. */
export type NoticeChange = {
  readonly stage: string | null;
  readonly percentageFrom: number;
  readonly percentageTo: number;
  readonly reason: Reason | null;
  readonly detail: string | null;
};

/** `attempts`: how often it has failed so far. */
export type OutboxItem = { readonly id: string; readonly notice: Notice; readonly attempts: number };

/** Notices waiting to be delivered, at least once each. */
export interface Outbox {
  /** Due items, held for `leaseMs` so that no two deliverers take one at a time. */
  claim(nowMs: number, limit: number, leaseMs: number): Promise<readonly OutboxItem[]>;
  /** Told: it is gone from here, the ledger keeps what it spoke of. */
  delivered(id: string, nowMs: number): Promise<void>;
  /** Try again at `retryAtMs`; null gives up and keeps it among the dead. */
  failed(id: string, detail: string, retryAtMs: number | null): Promise<void>;
}
