import { isMembers } from '../read.ts';
import type { Told } from './told.ts';

/** The numbers of single workspaces in an exposure; what is no number is not there. */
export type ByWorkspace = ReadonlyMap<string, number>;

export type Asked = { readonly by: string; readonly threshold: unknown; readonly expiresAtMs: unknown };

/** What single workspaces have of their own: how far at most, how far beyond the others, until when, and what was asked for them. */
export class WorkspaceBook {
  #caps: ByWorkspace = new Map();
  #raises: ByWorkspace = new Map();
  readonly #ends = new Map<string, unknown>();
  readonly #asked = new Map<string, Asked>();

  get caps(): ByWorkspace {
    return this.#caps;
  }

  get raises(): ByWorkspace {
    return this.#raises;
  }

  /** When the override of this workspace ends; what was said of it, be it nothing. */
  endOf(workspaceId: string): unknown {
    return this.#ends.get(workspaceId);
  }

  askedFor(workspaceId: string): Asked | null {
    return this.#asked.get(workspaceId) ?? null;
  }

  enter(told: Told): void {
    const { workspaceId, threshold, expiresAtMs, exposure } = told.data;
    if (typeof workspaceId === 'string') {
      if (told.type === 'overrideRequested')
        this.#asked.set(workspaceId, { by: told.actor.subject, threshold, expiresAtMs });
      if (told.type === 'overrideSet') this.#ends.set(workspaceId, expiresAtMs);
      if (told.type === 'overrideRemoved') this.#ends.delete(workspaceId);
      if (told.type !== 'overrideRequested') this.#asked.delete(workspaceId);
    }
    // What was asked for beside a release that nobody doubted yet has to be asked for again.
    if (['rollbackStep', 'rolledBack', 'killed'].includes(told.type)) this.#asked.clear();
    if (!isMembers(exposure)) return;
    const caps = workspacesIn(exposure['caps']);
    if (told.type === 'driftAdopted') this.#closedUnheard(caps);
    this.#caps = caps;
    this.#raises = workspacesIn(exposure['raises']);
  }

  /** Nobody said until when it is closed, and whoever asked for more did so before. */
  #closedUnheard(caps: ByWorkspace): void {
    const closed = [...caps].filter(([id, cap]) => cap < (this.#caps.get(id) ?? Infinity));
    for (const [id] of closed) {
      this.#ends.delete(id);
      this.#asked.delete(id);
    }
  }
}

export function workspacesIn(said: unknown): ByWorkspace {
  if (!isMembers(said)) return new Map();
  return new Map(Object.entries(said).filter((entry): entry is [string, number] => typeof entry[1] === 'number'));
}
