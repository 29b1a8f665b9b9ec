/** By the usual scale: 1 is the worst. */
export const INCIDENT_SEVERITIES = ['sev1', 'sev2', 'sev3', 'sev4'] as const;

/** An incident of the outside world, as somebody linked it to a rollout. */
export type Incident = {
  /** What it is called where incidents are kept. */
  readonly reference: string;
  readonly severity: (typeof INCIDENT_SEVERITIES)[number];
  readonly url: string | null;
  /** True where Sluice saw it first; false where people or other alarms did. */
  readonly detectedBySluice: boolean;
  readonly resolved: boolean;
};

/** One that nobody has called resolved; `linkedAtMs` is the first time that it was linked. */
export type OpenIncident = {
  readonly reference: string;
  readonly severity: Incident['severity'];
  readonly rolloutId: string;
  readonly linkedAtMs: number;
};

const RECENT_MS = 7 * 24 * 3_600_000;

/** The open incidents of a feature after one more entry. The same reference on another rollout is a link of its own. */
export function incidentsAfter(
  open: readonly OpenIncident[],
  { reference, severity, resolved }: Incident,
  { rolloutId, atMs }: { readonly rolloutId: string; readonly atMs: number },
): readonly OpenIncident[] {
  const isIt = (one: OpenIncident) => one.reference === reference && one.rolloutId === rolloutId;
  if (resolved) return open.filter((one) => !isIt(one));
  const before = open.find(isIt);
  const linkedAtMs = before?.linkedAtMs ?? atMs;
  return [...open.filter((one) => !isIt(one)), { reference, severity, rolloutId, linkedAtMs }];
}

/** Linked within the past week: what a new rollout of the feature has to wait for. */
export function recentIncidents(open: readonly OpenIncident[], nowMs: number): readonly OpenIncident[] {
  return open.filter(({ linkedAtMs }) => nowMs - linkedAtMs <= RECENT_MS);
}

/** An incident of a rollout, as the last entry about it has it. */
export type LinkedIncident = Incident & {
  readonly seq: number;
  readonly linkedAtMs: number;
  readonly changedAtMs: number;
};

type Linking = { readonly data: Incident; readonly at: string; readonly seq: number };

/** The incidents of a rollout, in the order in which they were first linked; from its entries, oldest first. */
export function incidentsIn(entries: readonly Linking[]): readonly LinkedIncident[] {
  const byReference = new Map<string, LinkedIncident>();
  for (const { data, at, seq } of entries) {
    const atMs = Date.parse(at);
    const first = byReference.get(data.reference) ?? { seq, linkedAtMs: atMs };
    byReference.set(data.reference, { ...data, seq: first.seq, linkedAtMs: first.linkedAtMs, changedAtMs: atMs });
  }
  return [...byReference.values()];
}
