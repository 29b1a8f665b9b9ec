/** Epoch milliseconds as people and the wire have them: RFC 3339 UTC. */
export const timeOf = (ms: number) => new Date(ms).toISOString();
export const timeOrNull = (ms: number | null) => (ms === null ? null : timeOf(ms));
