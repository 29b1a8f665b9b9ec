import type { PreflightItem } from '../../../domain/rollout/preflight.ts';
import { itemOf } from '../../../domain/rollout/preflight.ts';
import { type FlagStore, FlagStoreUnreachable } from '../../ports/flagStore.ts';
import type { PreflightSubject } from './subject.ts';

/** The store takes writes, and takes back what was opened within the deadline. A dry run publishes nothing, so it needs neither. */
export async function storeCloses(
  store: FlagStore,
  { rollout, policy }: PreflightSubject,
): Promise<readonly PreflightItem[]> {
  if (rollout.dryRun) return [];
  const { rollbackDeadlineSeconds } = policy;
  try {
    const { closedInMs } = await store.rehearse();
    const ms = Math.ceil(closedInMs);
    const ok = closedInMs <= rollbackDeadlineSeconds * 1000;
    const slow = `closed in ${ms} ms, the deadline is ${rollbackDeadlineSeconds} s; find out what keeps the flag store`;
    return [
      itemOf('PREFLIGHT_STORE', { item: 'flag store', ok: true, detail: 'takes writes' }),
      itemOf('PREFLIGHT_REHEARSAL', { item: 'rollback rehearsed', ok, detail: ok ? `closed in ${ms} ms` : slow }),
    ];
  } catch (error) {
    if (!(error instanceof FlagStoreUnreachable)) throw error;
    const detail = `${error.message}; bring the flag store back`;
    return [
      itemOf('PREFLIGHT_STORE', { item: 'flag store', ok: false, detail }),
      itemOf('PREFLIGHT_REHEARSAL', {
        item: 'rollback rehearsed',
        ok: false,
        detail: 'the flag store took no closing',
      }),
    ];
  }
}
