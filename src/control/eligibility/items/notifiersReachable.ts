import type { Finding } from '../../../domain/rollout/preflight.ts';
import type { Notifier } from '../../ports/notifier.ts';
import type { PreflightSubject } from './subject.ts';

/** Whoever has to hear of it can be told. A dry run tells nobody. */
export async function notifiersReachable(
  notifiers: readonly Notifier[],
  { rollout }: PreflightSubject,
): Promise<readonly Finding[]> {
  if (rollout.dryRun) return [];
  return Promise.all(
    notifiers.map(async (notifier) => {
      const { ok, detail } = await notifier.reachable();
      const mend = '; mend the target, or take it out of the configuration';
      return { item: `notification target ${notifier.name}`, ok, detail: ok ? detail : `${detail}${mend}` };
    }),
  );
}
