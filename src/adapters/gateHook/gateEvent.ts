/** What a hook is told of a rollout: nothing that its status does not show. */
export type GateEvent = {
  readonly hook: 'beforeStart' | 'beforeAdvance' | 'beforeComplete' | 'onRollback';
  readonly rolloutId: string | null;
  readonly feature: string;
  readonly environment: string;
  readonly stage: string | null;
  readonly percentageFrom: number;
  readonly percentageTo: number;
  readonly reason: string | null;
  readonly detail: string | null;
  readonly atMs: number;
};

/** The JSON of the request, in the form that Standard Webhooks recommends. */
export function gateEventJson({ hook, rolloutId, atMs, ...data }: GateEvent): string {
  return JSON.stringify({
    type: `rollout.${hook}`,
    timestamp: new Date(atMs).toISOString(),
    data: { rollout: rolloutId, ...data },
  });
}
