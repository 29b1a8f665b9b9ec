import { closedFeature, type FeatureState, foldFeature } from '../../src/domain/feature/featureState.ts';
import type { FlagDocument } from '../../src/domain/feature/flagDocument.ts';
import { isNoWider, largestThreshold } from '../../src/domain/feature/grants.ts';
import { hoursToMs } from '../../src/domain/hours.ts';
import type { Entry, EntryType, Evidence } from '../../src/domain/ledger/entry.ts';
import { decide } from '../../src/domain/rollout/decide.ts';
import type { RuledDecision } from '../../src/domain/rollout/decision.ts';
import { foldRollout } from '../../src/domain/rollout/foldRollout.ts';
import { type RolloutState, stageAt } from '../../src/domain/rollout/state.ts';

/** The laws, as an auditor would hold them against a chain: from its entries alone. Each answers what breaks it. */

type Own = { readonly entry: Entry; readonly before: RolloutState };

/** The entries of each rollout with how it stood before. */
function ownOf(chain: readonly Entry[]): readonly Own[] {
  const states = new Map<string, RolloutState>();
  const own: Own[] = [];
  for (const entry of chain) {
    if (entry.rollout === null) continue;
    const before = states.get(entry.rollout) ?? null;
    if (before !== null) own.push({ entry, before });
    states.set(entry.rollout, foldRollout(before, entry));
  }
  return own;
}

const told = ({ entry }: Own, what: string) => `entry ${entry.seq} (${entry.type}): ${what}`;

/** INV-RWG-STAGED: stages in order, none skipped. */
export function stagesSkipped(chain: readonly Entry[]): readonly string[] {
  let at = -1;
  const broken: string[] = [];
  for (const own of ownOf(chain)) {
    const { entry } = own;
    if (entry.type === 'started' || entry.type === 'ramped') at = 0;
    if (entry.type === 'rolledBack' && entry.data.toStageIndex !== null) at = entry.data.toStageIndex;
    if (entry.type !== 'advanced') continue;
    if (entry.data.stageIndex !== at + 1) broken.push(told(own, `from stage ${at} to ${entry.data.stageIndex}`));
    at = entry.data.stageIndex;
  }
  return broken;
}

const ANEW: readonly EntryType[] = ['started', 'ramped', 'advanced', 'resumed'];

/** When observation began for the last time before each entry: by the times of the entries alone. */
function observedSince(chain: readonly Entry[]): readonly (Own & { readonly sinceMs: number })[] {
  let sinceMs = Number.POSITIVE_INFINITY;
  return ownOf(chain).map((own) => {
    const found = { ...own, sinceMs };
    const arrives = own.entry.type === 'rolledBack' && own.entry.data.toStageIndex !== null;
    if (arrives || ANEW.includes(own.entry.type)) sinceMs = Date.parse(own.entry.at);
    return found;
  });
}

const advancements = (chain: readonly Entry[]) =>
  observedSince(chain).filter(({ entry }) => entry.type === 'advanced' || entry.type === 'completed');

/** INV-RWG-OBSERVE: no advancement before the observation window is over and the success criteria pass. */
export function unobserved(chain: readonly Entry[]): readonly string[] {
  return advancements(chain).flatMap((own) => {
    const windowMs = hoursToMs(own.before.contract.rolloutWedge.observationWindowHours);
    const tookMs = Date.parse(own.entry.at) - own.sinceMs;
    const early = tookMs < windowMs ? [told(own, `after ${tookMs} ms of ${windowMs}`)] : [];
    const success = own.entry.evidence?.poll?.verdicts.filter(({ role }) => role === 'success') ?? [];
    const unproven = success.length === 0 || success.some(({ outcome }) => outcome !== 'pass');
    return unproven ? [...early, told(own, 'without its success criteria passing')] : early;
  });
}

/** ROLLOUT-006: no advancement before the stabilization window is over. */
export function unstable(chain: readonly Entry[]): readonly string[] {
  return advancements(chain).flatMap((own) => {
    const { minimumDurationHours } = stageAt(own.before, own.before.stageIndex).stabilization;
    const tookMs = Date.parse(own.entry.at) - own.sinceMs;
    return tookMs < hoursToMs(minimumDurationHours) ? [told(own, `after ${tookMs} ms`)] : [];
  });
}

/** INV-RWG-BLAST, of documents that lookups could have been answered from. */
export function aboveBlastRadius(documents: readonly FlagDocument[], percentage: number): readonly string[] {
  return documents
    .filter(({ grants }) => largestThreshold(grants) > percentage * 1000)
    .map(({ version, grants }) => `document ${version}: ${largestThreshold(grants) / 1000} %`);
}

/** SLU-REPLAY: every recorded decision is recomputed from its own evidence. */
export function notReplayed(chain: readonly Entry[]): readonly string[] {
  return ownOf(chain).flatMap((own) => {
    const { evidence } = own.entry;
    if (evidence === null) return [];
    const judged = ofVersion(chain, own.entry, evidence.rolloutVersion);
    if (judged === null) return [told(own, `rests on version ${evidence.rolloutVersion}, which the rollout never had`)];
    const again = replayed(judged, evidence);
    return isWhat(own.entry, again) ? [] : [told(own, `comes out as ${again.kind} ${again.reason} (row ${again.row})`)];
  });
}

/** The rollout as its first entries make it, so many as its version says. */
function ofVersion(chain: readonly Entry[], { rollout, seq }: Entry, version: number): RolloutState | null {
  let state: RolloutState | null = null;
  for (const entry of chain.filter((one) => one.rollout === rollout && one.seq < seq)) {
    state = foldRollout(state, entry);
    if (state.version === version) return state;
  }
  return null;
}

const replayed = (before: RolloutState, { poll, context, nowMs }: Evidence) => decide(before, poll, context, nowMs);

const KIND: Readonly<Partial<Record<EntryType, readonly RuledDecision['kind'][]>>> = {
  started: ['start'],
  ramped: ['ramp'],
  advanced: ['advance'],
  completed: ['complete'],
  paused: ['pause'],
  held: ['hold', 'awaitApproval'],
  rolledBack: ['rollback'],
};
function isWhat(entry: Entry, decision: RuledDecision): boolean {
  return (KIND[entry.type]?.includes(decision.kind) ?? false) && entry.reason === decision.reason;
}

const OPENINGS: readonly EntryType[] = ['started', 'ramped', 'advanced'];

/** SLU-DOOR: nothing but a contract, or a second person, ever raises exposure. */
export function raisedWithoutDoor(chain: readonly Entry[]): readonly string[] {
  let state: FeatureState = closedFeature(0);
  let asked: string | null = null;
  const broken: string[] = [];
  for (const entry of chain) {
    const before = state;
    state = foldFeature(state, entry);
    if (entry.type === 'reviveRequested') asked = entry.actor.subject;
    const raises = !isNoWider(shownBy(state), shownBy(before));
    if (!raises || (OPENINGS.includes(entry.type) && entry.contract !== null)) continue;
    const bySecond = entry.type === 'revived' && asked !== null && asked !== entry.actor.subject;
    if (!bySecond) broken.push(`entry ${entry.seq} (${entry.type}) raises exposure`);
  }
  return broken;
}

const shownBy = ({ exposure }: FeatureState) => (exposure.killed ? [] : exposure.grants);

/** What the ledger says that lookups may see, after all entries. */
export function grantedBy(chain: readonly Entry[]) {
  return shownBy(chain.reduce(foldFeature, closedFeature(0)));
}

const RISES: readonly EntryType[] = ['started', 'ramped', 'advanced'];

/** SLU-WAIVER: what rests on a waiver rises only while one of its plan and rule stands, by the entries of the chain alone. */
export function risenWithoutWaiver(chain: readonly Entry[]): readonly string[] {
  return ownOf(chain).flatMap((own) => {
    const { entry, before } = own;
    if (!RISES.includes(entry.type) || entry.dryRun) return [];
    const used = before.waivers.flatMap(({ rules }) => rules);
    const bare = used.filter((rule) => !isWaivedAt(chain.slice(0, chain.indexOf(entry)), rule, Date.parse(entry.at)));
    return bare.map((rule) => told(own, `nothing waives ${rule}`));
  });
}

function isWaivedAt(earlier: readonly Entry[], rule: string, atMs: number): boolean {
  const asked = earlier.filter((entry) => entry.type === 'waiverRequested');
  return asked.some(({ data, actor }) => {
    if (!data.rules.includes(rule) || atMs >= data.expiresAtMs) return false;
    const about = earlier.filter((entry) => 'waiverId' in entry.data && entry.data.waiverId === data.waiverId);
    const approvers = about.filter(({ type }) => type === 'waiverApproved').map((entry) => entry.actor.subject);
    const others = new Set(approvers.filter((subject) => subject !== actor.subject));
    return others.size >= 2 && !about.some(({ type }) => type === 'waiverRejected' || type === 'waiverExpired');
  });
}
