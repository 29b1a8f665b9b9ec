import type { Finding } from '../../../domain/rollout/preflight.ts';
import type { PreflightSubject } from './subject.ts';

export function notKilled({ feature }: PreflightSubject): Finding {
  const { killed } = feature.state.exposure;
  return {
    item: 'feature not killed',
    ok: !killed,
    detail: killed ? `revive ${feature.definition.key} first` : 'it is not',
  };
}
