import type { z } from 'zod';

import { contractAnswer, featureAnswer, preflightAnswer, rolloutAnswer } from '../../src/demo/sluice/answers.ts';
import { Session } from '../../src/demo/sluice/session.ts';
import { bucketOf } from '../../src/demo/story/bucket.ts';
import { introducePeople, type People } from '../../src/demo/story/people.ts';
import { memberStandingSchema } from '../../src/http/schemas/acknowledgement.ts';
import { entrySchema } from '../../src/http/schemas/entry.ts';
import { killedSchema } from '../../src/http/schemas/feature.ts';
import { listOf } from '../../src/http/schemas/list.ts';
import { measurementSchema } from '../../src/http/schemas/measurement.ts';
import { rolloutStatusSchema } from '../../src/http/schemas/rolloutStatus.ts';
import { ADMIN_TOKEN, type Replica } from './replica.ts';
import { contractFor, type Plan } from './secondsPlan.ts';

export type Status = z.infer<typeof rolloutStatusSchema>;

const USERS = Array.from({ length: 40 }, (_, index) => `user-${index}`);
const MOST = 200;

/** A rollout of a running Sluice, and the people who agreed on it: 5 %, 25 %, 50 %, everyone, by the share of failing requests. */
export class RunningRelease {
  readonly feature: string;
  readonly people: People;
  readonly #rolloutId: string;
  readonly #salt: string;
  readonly #replica: Replica;

  /** Proposed by one and approved by another; it is still to be started. */
  static async agreed(replica: Replica, feature: string, plan: Plan = {}): Promise<RunningRelease> {
    const people = await introducePeople(replica.url, ADMIN_TOKEN, AbortSignal.timeout(30_000));
    const [operator, approver] = [sessionOf(replica, people.operator), sessionOf(replica, people.approver)];
    const { salt } = await operator.post('/v1/features', { key: feature }, featureAnswer);
    const { id, digest } = await operator.post('/v1/contracts', contractFor(feature, plan), contractAnswer);
    await approver.post(`/v1/contracts/${id}/approvals`, { decision: 'approve', digest }, contractAnswer);
    const rollout = await operator.post('/v1/rollouts', { contractId: id }, rolloutAnswer);
    return new RunningRelease(replica, { feature, rolloutId: rollout.id, people, salt });
  }

  static async started(replica: Replica, feature: string, plan: Plan = {}): Promise<RunningRelease> {
    const release = await RunningRelease.agreed(replica, feature, plan);
    const { version } = await release.status();
    await release.#operator.post(`${release.#path}/start`, { reason: 'a test' }, rolloutStatusSchema, version);
    return release;
  }

  private constructor(
    replica: Replica,
    made: { readonly feature: string; readonly rolloutId: string; readonly people: People; readonly salt: string },
  ) {
    this.feature = made.feature;
    this.people = made.people;
    this.#rolloutId = made.rolloutId;
    this.#salt = made.salt;
    this.#replica = replica;
  }

  status(): Promise<Status> {
    return this.#operator.get(`${this.#path}/status`, rolloutStatusSchema);
  }

  async ledger(): Promise<readonly z.infer<typeof entrySchema>[]> {
    return (await this.#operator.get(`${this.#path}/ledger?limit=${MOST}`, listOf(entrySchema))).items;
  }

  /** Each look that was taken at it, in order. */
  async looks(): Promise<readonly z.infer<typeof measurementSchema>[]> {
    const answer = listOf(measurementSchema);
    return (await this.#operator.get(`${this.#path}/measurements?limit=${MOST}`, answer)).items;
  }

  /** Who serves its feature, and which version. */
  async acknowledgements(): Promise<readonly z.infer<typeof memberStandingSchema>[]> {
    return (await this.#operator.get(`${this.#path}/acknowledgements`, listOf(memberStandingSchema))).items;
  }

  preflight(): Promise<z.infer<typeof preflightAnswer>> {
    return this.#operator.post(`${this.#path}/preflight`, {}, preflightAnswer);
  }

  pause(): Promise<Status> {
    return this.#operator.post(`${this.#path}/pause`, { reason: 'a test' }, rolloutStatusSchema);
  }

  rollBack(): Promise<Status> {
    return this.#operator.post(`${this.#path}/rollback`, { reason: 'a test' }, rolloutStatusSchema);
  }

  kill(): Promise<z.infer<typeof killedSchema>> {
    return this.#operator.post(`/v1/features/${this.feature}/kill`, { reason: 'a test' }, killedSchema);
  }

  /** Those of some users whom a lookup lets meet it, at the replica where it was started unless told. */
  metBy(replica: Replica = this.#replica): Promise<readonly string[]> {
    return replica.meeting(this.feature, USERS, this.people.shop);
  }

  /** The same, were they all internals. */
  metByInternals(): Promise<readonly string[]> {
    return this.#replica.meeting(this.feature, USERS, this.people.shop, ['internal']);
  }

  /** Those of the same users whose bucket, recomputed, lies below the percentage. */
  below(percentage: number): readonly string[] {
    return USERS.filter((user) => bucketOf(this.#salt, user) < percentage * 1000);
  }

  get #operator(): Session {
    return sessionOf(this.#replica, this.people.operator);
  }

  get #path(): string {
    return `/v1/rollouts/${this.#rolloutId}`;
  }
}

const sessionOf = (replica: Replica, token: string) => new Session(replica.url, token, AbortSignal.timeout(60_000));
