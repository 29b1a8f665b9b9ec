import type { Append } from '../../src/control/ports/ledger.ts';
import { waiverDraft } from '../../src/domain/governance/waiverDraft.ts';
import { foldWaiver, type WaiverState } from '../../src/domain/governance/waiverState.ts';
import { EMPTY_CHAIN, headOf, link } from '../../src/domain/ledger/chain.ts';
import { type Entry, type EntryDraft, SLUICE } from '../../src/domain/ledger/entry.ts';
import { appendOf, T0 } from './ledgerStory.ts';

export const DAY = 24 * 3_600_000;
export const PLAN_DIGEST = 'd'.repeat(64);
const FEATURE = 'checkout-v2';

export type Asked = {
  readonly waiverId?: string;
  readonly feature?: string;
  readonly planDigest?: string;
  readonly rules?: readonly string[];
  readonly expiresAtMs?: number;
  readonly atMs?: number;
};

const about = (feature = FEATURE) => ({ feature, policyDigest: null });
const by = (subject: string, atMs: number) => ({ atMs, actor: { kind: 'person', subject } as const, comment: null });

/** Olga asks. */
export function requestedDraft(asked: Asked = {}): EntryDraft {
  const { waiverId = 'w1', planDigest = PLAN_DIGEST, rules = ['STAGES_MINIMUM'], atMs = T0 } = asked;
  const data = { waiverId, planDigest, rules, expiresAtMs: asked.expiresAtMs ?? T0 + DAY };
  const saying = { ...by('olga', atMs), comment: 'two stages are enough' };
  return waiverDraft(about(asked.feature), saying, { type: 'waiverRequested', data });
}

export const wordDraft = (
  type: 'waiverApproved' | 'waiverRejected',
  subject: string,
  { atMs = T0, waiverId = 'w1', feature }: Asked = {},
): EntryDraft => waiverDraft(about(feature), by(subject, atMs), { type, data: { waiverId } });

export const expiredDraft = ({ atMs = T0 + DAY, waiverId = 'w1', feature, rules = ['STAGES_MINIMUM'] }: Asked = {}) =>
  waiverDraft(
    about(feature),
    { atMs, actor: SLUICE, comment: null },
    { type: 'waiverExpired', data: { waiverId, rules } },
  );

/** A waiver as its entries make it. */
export function waiverAfter(...drafts: readonly EntryDraft[]): WaiverState {
  const entries: Entry[] = [];
  for (const said of drafts) {
    const last = entries.at(-1);
    const options = { chain: FEATURE, environment: 'test', recordedAtMs: said.atMs };
    entries.push(link(last === undefined ? EMPTY_CHAIN : headOf(last), said, options));
  }
  const state = entries.reduce<WaiverState | null>(foldWaiver, null);
  if (state === null) throw new Error('no waiver');
  return state;
}

export const approvedWaiver = (asked: Asked = {}): WaiverState =>
  waiverAfter(
    requestedDraft(asked),
    wordDraft('waiverApproved', 'anna', asked),
    wordDraft('waiverApproved', 'emil', asked),
  );

/** One append about one waiver, resting on it as it was seen. */
export function waiverAppend(draft: EntryDraft, seen?: { readonly id: string; readonly version: number }): Append {
  const expected = seen === undefined ? {} : { waivers: [seen] };
  return appendOf(draft.feature ?? FEATURE, [draft], { expected });
}
