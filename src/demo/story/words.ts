import type { Status } from '../sluice/answers.ts';

/** What a rollout waits for, by the reason that its status gives. */
const WAITS_FOR: Readonly<Record<string, string>> = {
  ready: 'the first look at this exposure',
  pending: 'somebody to start it',
  minimumDwell: 'the shortest stay at this exposure',
  stageDuration: 'the time this stage lasts',
  observationWindow: 'a full window of measurements at this exposure',
  stabilizationWindow: 'the stabilization window',
  insufficientSamples: 'enough requests to judge by',
  noTraffic: 'requests',
  missingData: 'the first measurements at this exposure',
  staleData: 'fresh measurements',
  sourceUnavailable: 'the metrics to come back',
  successCriteria: 'better numbers',
  health: 'steadier health',
  requiredMetrics: 'the metrics that this stage requires',
  audit: "the check of the ledger's chain",
  approval: 'an approval',
  cooldown: 'the cooldown to pass',
  concurrency: 'another rollout to end',
  paused: 'somebody to resume it',
  globalStop: 'the global stop to be lifted',
  storePaused: '`paused` to be taken out of the flag store',
  terminal: 'nothing, it is over',
};

/** In plain words, with what the status adds. */
export function waitsFor({ decision }: Pick<Status, 'decision'>): string {
  if (decision === null) return 'the first look at it';
  const words = WAITS_FOR[decision.reason] ?? decision.reason;
  // What opened the gate is no reason to wait.
  return decision.reason === 'ready' ? words : `${words} (${decision.detail})`;
}

/** `4.2 s`, between two epoch times. */
export function secondsBetween(fromMs: number, toMs: number): string {
  return `${((toMs - fromMs) / 1000).toFixed(1)} s`;
}
