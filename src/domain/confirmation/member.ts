/** Who answers lookups from documents of its own: a replica of Sluice, or a provider in another service. */
export type Member = {
  readonly name: string;
  /** Since when it is known, and when it was heard from last. */
  readonly sinceMs: number;
  readonly heardAtMs: number;
};

/** How often a member lets hear from itself. */
export const HEARTBEAT_EVERY_MS = 5_000;

/**
 * Heard from within the deadline. One that was silent for longer is gone, or has a view that is stale and closes by itself; two heartbeats
 * may be on their way.
 */
export const isKnownAt = ({ heardAtMs }: Member, atMs: number, deadlineMs: number) =>
  heardAtMs > atMs - deadlineMs - 2 * HEARTBEAT_EVERY_MS;

const REPLICA = 'replica:';
const PROVIDER = 'provider:';

/** `instance`: of one process, and of no other one ever. */
export const replicaName = (instance: string) => `${REPLICA}${instance}`;

/** Below the subject of its token, so that nobody speaks for another's. A client has no slash, so a name is read in one way only. */
export const providerName = (subject: string, client: string) => `${PROVIDER}${subject}/${client}`;

/** Whose token a provider shows; null of a replica. */
export const subjectOf = (name: string) =>
  name.startsWith(PROVIDER) ? name.slice(PROVIDER.length, name.lastIndexOf('/')) : null;

export const isReplica = ({ name }: Pick<Member, 'name'>) => name.startsWith(REPLICA);

/** What a provider may call itself. */
export const CLIENT = /^[A-Za-z0-9._:-]{1,128}$/;
