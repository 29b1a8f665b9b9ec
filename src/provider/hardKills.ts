import { hardKillVariable } from '../domain/feature/hardKill.ts';
import type { FaultLog } from './faultLog.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Whether the service's own environment closes a feature, as that of a Sluice would: the switch that needs nobody else. Where a Sluice would
 * not start, somebody else's service has to: a value that is neither is said in the log, or whoever set it would think it closed.
 */
export function hardKillsIn(environment: Environment, faults: FaultLog): (feature: string) => boolean {
  return (feature) => {
    const variable = hardKillVariable(feature);
    const value = environment[variable];
    if (value !== undefined && value !== 'true' && value !== 'false') {
      faults.say(variable, 'it must be true or false, and switches nothing off as it is');
    }
    return value === 'false';
  };
}
