import { type OverrideWish, type Reaching, raisesAbove } from './override.ts';
import { ofWorkspace, withoutWorkspace, withWorkspace } from './workspace.ts';

/**
 * What lookups see of single workspaces once one of them is narrowed; a wish of null takes away what raises it. Never more than they saw:
 * a hand may have lowered what is served, so that a wish lies above it that is a cap to the ledger.
 */
export function narrowedTo(
  served: Reaching,
  workspaceId: string,
  wish: OverrideWish | null,
): Pick<Reaching, 'caps' | 'raises'> {
  const { caps, raises } = served;
  if (wish === null) return { caps, raises: withoutWorkspace(raises, workspaceId) };
  const { threshold } = wish;
  const raise = ofWorkspace(raises, workspaceId);
  if (raise !== null && raisesAbove(served, threshold)) {
    return { caps, raises: withWorkspace(raises, workspaceId, Math.min(raise, threshold)) };
  }
  const cap = Math.min(threshold, ofWorkspace(caps, workspaceId) ?? threshold);
  return { caps: withWorkspace(caps, workspaceId, cap), raises: withoutWorkspace(raises, workspaceId) };
}
