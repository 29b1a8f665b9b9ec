import type { WaiverUse } from '../governance/waiver.ts';
import type { HoldReason } from './reason.ts';

/** What is looked at: stable names that waivers, documents and clients may hold on to. */
export const PREFLIGHT_IDS = [
  'PREFLIGHT_ARCHIVED',
  'PREFLIGHT_KILLED',
  'PREFLIGHT_POLICY',
  'PREFLIGHT_BLAST_RADIUS',
  'PREFLIGHT_STORE',
  'PREFLIGHT_REHEARSAL',
  'PREFLIGHT_NOTIFICATIONS',
  'PREFLIGHT_SOURCE',
  'PREFLIGHT_SLI',
  'PREFLIGHT_BASELINE',
  'PREFLIGHT_INCIDENTS',
  'PREFLIGHT_ATTESTATIONS',
] as const;
export type PreflightId = (typeof PREFLIGHT_IDS)[number];

/** What people may start in spite of. Nobody may start blind, or with a gate that can not be closed. */
const WAIVABLE: readonly PreflightId[] = ['PREFLIGHT_BASELINE', 'PREFLIGHT_INCIDENTS', 'PREFLIGHT_ATTESTATIONS'];

/** What only speaks of whether, and how many, users should be met. */
const OF_USERS: readonly PreflightId[] = [...WAIVABLE, 'PREFLIGHT_BLAST_RADIUS'];

/** One thing looked at before the gate may open for the first time. */
export type PreflightItem = {
  readonly id: PreflightId;
  /** What exactly, for people: of one id there may be several. */
  readonly item: string;
  readonly outcome: 'passed' | 'failed' | 'waived';
  /** What was found, and where it failed how to mend it. */
  readonly detail: string;
  /** Of a waived one. */
  readonly waiverId?: string;
};

/** What one look found, before anybody asks for waivers. */
export type Finding = { readonly item: string; readonly ok: boolean; readonly detail: string };

export function itemOf(id: PreflightId, { item, ok, detail }: Finding): PreflightItem {
  return { id, item, outcome: ok ? 'passed' : 'failed', detail };
}

/** A failed item that a waiver of the rollout names and that may be waived at all. An expired waiver waives nothing. */
export function waived(found: PreflightItem, waivers: readonly WaiverUse[], nowMs: number): PreflightItem {
  if (found.outcome !== 'failed' || !WAIVABLE.includes(found.id)) return found;
  const waiver = waivers.find(({ rules, expiresAtMs }) => rules.includes(found.id) && nowMs < expiresAtMs);
  return waiver === undefined ? found : { ...found, outcome: 'waived', waiverId: waiver.waiverId };
}

/** A dry run exposes nobody: what only speaks of users is told, and refuses nothing. */
export function toldOnly(found: PreflightItem): PreflightItem {
  if (found.outcome !== 'failed' || !OF_USERS.includes(found.id)) return found;
  return { ...found, outcome: 'passed', detail: `refuses no dry run, but would refuse a real one: ${found.detail}` };
}

export function preflightPassed(items: readonly PreflightItem[]): boolean {
  return items.length > 0 && failedItems(items).length === 0;
}

export function failedItems(items: readonly PreflightItem[]): readonly PreflightItem[] {
  return items.filter(({ outcome }) => outcome === 'failed');
}

export const describeItem = ({ id, item, detail }: PreflightItem) => `${id} ${item}: ${detail}`;

const HELD_FOR: Readonly<Record<PreflightId, HoldReason>> = {
  PREFLIGHT_SOURCE: 'sourceUnavailable',
  PREFLIGHT_STORE: 'sourceUnavailable',
  PREFLIGHT_REHEARSAL: 'sourceUnavailable',
  PREFLIGHT_NOTIFICATIONS: 'sourceUnavailable',
  PREFLIGHT_SLI: 'missingData',
  PREFLIGHT_BASELINE: 'health',
  PREFLIGHT_INCIDENTS: 'health',
  // People owe something before it may begin.
  PREFLIGHT_ATTESTATIONS: 'pending',
  PREFLIGHT_POLICY: 'pending',
  PREFLIGHT_BLAST_RADIUS: 'pending',
  PREFLIGHT_ARCHIVED: 'pending',
  PREFLIGHT_KILLED: 'pending',
};

/** Why a start at an hour does not happen: with several failures what is wrong outside goes before what people owe. */
export function heldFor(failed: readonly PreflightItem[]): HoldReason {
  const reasons = new Set(failed.map(({ id }) => HELD_FOR[id]));
  const first = (['missingData', 'sourceUnavailable', 'health'] as const).find((reason) => reasons.has(reason));
  return first ?? 'pending';
}
