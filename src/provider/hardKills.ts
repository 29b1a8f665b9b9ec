import { hardKillVariable } from '../domain/feature/hardKill.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether the service's own environment closes a feature, as that of a Sluice would: the switch that needs nobody else. */
export function hardKillsIn(environment: Environment): (feature: string) => boolean {
  return (feature) => environment[hardKillVariable(feature)] === 'false';
}
