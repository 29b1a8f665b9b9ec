import { violation } from '../../domain/contract/violation.ts';
import { type OverrideWish, onlyNarrows, type Reaching, type StandingOverride } from '../../domain/feature/override.ts';
import { isNameable, ofWorkspace } from '../../domain/feature/workspace.ts';
import type { Principal } from '../../domain/governance/role.ts';
import type { Actor } from '../../domain/ledger/entry.ts';
import { actorOf } from '../actorOf.ts';
import { askToWiden, type OverrideApprovalDeps } from '../approval/overrideApproval.ts';
import type { Narrowing } from '../execution/closing/narrowing.ts';
import type { FlagView } from '../flags/flagView.ts';
import type { NewOverride, OverrideDesk, OverrideOutcome, OverrideView } from '../governanceDesks.ts';
import type { Chance } from '../ports/chance.ts';
import type { FeatureRecord, FeatureRegister } from '../ports/featureRegister.ts';
import { LedgerUnreachable } from '../ports/ledger.ts';
import { Refusal } from '../refusal.ts';

export type OverridesDeps = OverrideApprovalDeps & {
  readonly features: FeatureRegister;
  readonly narrowing: Narrowing;
  readonly view: FlagView;
  readonly chance: Chance;
};

/** Percentages of single workspaces. What narrows is done at once; what widens takes two people. */
export class OverrideSettings implements OverrideDesk {
  readonly #deps: OverridesDeps;

  constructor(deps: OverridesDeps) {
    this.#deps = deps;
  }

  async list(key: string): Promise<readonly OverrideView[]> {
    const { overrides, overrideRequests } = (await this.#feature(key)).state;
    const workspaces = new Set([...Object.keys(overrides), ...Object.keys(overrideRequests)]);
    return [...workspaces].sort().map((workspaceId) => viewOf(workspaceId, overrides, overrideRequests));
  }

  async get(key: string, workspaceId: string): Promise<OverrideView> {
    const found = (await this.list(key)).find((override) => override.workspaceId === workspaceId);
    if (found === undefined) throw new Refusal('NOT_FOUND', 'this workspace has no override');
    return found;
  }

  async set(who: Principal, key: string, workspaceId: string, wish: NewOverride): Promise<OverrideOutcome> {
    const { expiresAtMs, threshold, comment } = wish;
    await this.#standing(key, workspaceId);
    if (!isNameable(workspaceId))
      throw unfit(
        ['workspaceId'],
        workspaceId,
        'a name of 1 to 256 characters without control characters, not `__proto__`',
      );
    if (expiresAtMs !== null && expiresAtMs <= this.#deps.clock.nowMs()) {
      throw unfit(['expiresAt'], new Date(expiresAtMs).toISOString(), 'a time to come');
    }
    return this.#change(who, key, workspaceId, { wish: { threshold, expiresAtMs }, comment });
  }

  async remove(who: Principal, key: string, workspaceId: string, comment: string | null): Promise<OverrideOutcome> {
    const { before } = await this.#standing(key, workspaceId);
    if (before === null) throw new Refusal('NOT_FOUND', 'this workspace has no override');
    return this.#change(who, key, workspaceId, { wish: null, comment });
  }

  async #change(who: Principal, key: string, workspaceId: string, asked: Asked): Promise<OverrideOutcome> {
    const { wish, comment } = asked;
    const standing = await this.#standing(key, workspaceId);
    if (isWhatStands(standing.before, wish)) return this.#done(who, key, workspaceId, asked);
    if (onlyNarrows(standing.exposure, standing.before, wish)) {
      const { chance, clock } = this.#deps;
      const act = { id: chance.id(), feature: key, actor: actorOf(who), comment, atMs: clock.nowMs() };
      await this.#deps.narrowing.narrow({ kind: 'narrow', ...act, workspaceId, wish, cause: 'asked' });
      return this.#done(who, key, workspaceId, asked);
    }
    const outcome = await askToWiden(this.#deps, who, await this.#feature(key), { workspaceId, ...asked });
    return { outcome, override: await this.#shown(key, workspaceId) };
  }

  /** The ledger's word where it answers; else what was published last, since narrowing waits for nothing. */
  async #standing(key: string, workspaceId: string): Promise<Standing> {
    try {
      const { exposure, overrides } = (await this.#feature(key)).state;
      return { exposure, before: ofWorkspace(overrides, workspaceId) };
    } catch (error) {
      const published = error instanceof LedgerUnreachable ? this.#deps.view.published(key) : undefined;
      if (published === undefined) throw error;
      const [cap, raise] = [ofWorkspace(published.caps, workspaceId), ofWorkspace(published.raises, workspaceId)];
      const threshold = raise ?? cap;
      const before = threshold === null ? null : { threshold, expiresAtMs: null, raises: raise !== null };
      return { exposure: published, before };
    }
  }

  async #done(who: Principal, key: string, workspaceId: string, asked: Asked): Promise<OverrideOutcome> {
    try {
      return { outcome: 'set', override: await this.#shown(key, workspaceId) };
    } catch (error) {
      if (!(error instanceof LedgerUnreachable)) throw error;
      return { outcome: 'set', override: foreseen(workspaceId, asked, actorOf(who), this.#deps.clock.nowMs()) };
    }
  }

  async #shown(key: string, workspaceId: string): Promise<OverrideView> {
    const { overrides, overrideRequests } = (await this.#feature(key)).state;
    return viewOf(workspaceId, overrides, overrideRequests);
  }

  async #feature(key: string): Promise<FeatureRecord> {
    const feature = await this.#deps.features.get(key);
    if (feature === null || feature.definition.archivedAtMs !== null) throw new Refusal('NOT_FOUND', 'no such feature');
    return feature;
  }
}

type Asked = { readonly wish: OverrideWish | null; readonly comment: string | null };
type Standing = { readonly exposure: Reaching; readonly before: StandingOverride | null };

const unfit = (at: readonly string[], found: string, allowed: string) =>
  new Refusal('SCHEMA', `${at.join('.')} must be ${allowed}`, {
    violations: [violation('SCHEMA', at, found, allowed, `must be ${allowed}`)],
  });

const isWhatStands = (before: OverrideWish | null, wish: OverrideWish | null) =>
  before?.threshold === wish?.threshold && before?.expiresAtMs === wish?.expiresAtMs;

function viewOf(
  workspaceId: string,
  overrides: FeatureRecord['state']['overrides'],
  requests: FeatureRecord['state']['overrideRequests'],
): OverrideView {
  return { workspaceId, override: ofWorkspace(overrides, workspaceId), request: ofWorkspace(requests, workspaceId) };
}

/** As it will be once the ledger has heard of it. What raised a workspace and is taken away leaves nothing. */
function foreseen(workspaceId: string, { wish, comment }: Asked, setBy: Actor, atMs: number): OverrideView {
  const override = wish === null ? null : { ...wish, raises: false, setBy, requestedBy: null, comment, atMs };
  return { workspaceId, override, request: null };
}
