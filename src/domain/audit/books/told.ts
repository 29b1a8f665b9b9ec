import type { Entry, EntryData, EntryType } from '../../ledger/entry.ts';
import { flag, instant, isMembers, Malformed, type Members, members, text, textOrNull, whole } from '../read.ts';
import { type Digests, digestsIn } from './digests.ts';

/** An entry whose common fields are of their kinds. What `data` and `evidence` hold is read with care: the chain may say anything. */
export type Told = {
  readonly seq: number;
  readonly type: string;
  readonly atMs: number;
  readonly chain: string;
  readonly feature: string | null;
  readonly contract: string | null;
  readonly rollout: string | null;
  readonly stage: string | null;
  readonly dryRun: boolean;
  readonly actor: { readonly kind: string; readonly subject: string };
  readonly reason: string | null;
  readonly comment: string | null;
  readonly percentageAfter: number | null;
  readonly contractDigest: string | null;
  readonly policyDigest: string | null;
  readonly data: Members;
  /** Of what is embedded; null for an entry that embeds nothing. */
  readonly digests: Digests | null;
  readonly evidence: Entry['evidence'];
};

/** @throws Malformed naming the first member that is not there or not of its kind */
export function toldBy(entry: unknown): Told {
  const said = members(entry, 'entry');
  const actor = members(said['actor'], 'actor');
  const { evidence, percentageAfter } = said;
  if (evidence !== null && !isMembers(evidence)) throw new Malformed('`evidence` is no object');
  if (percentageAfter !== null && typeof percentageAfter !== 'number')
    throw new Malformed('`percentageAfter` is no number');
  const type = text(said['type'], 'type');
  const data = members(said['data'], 'data');
  return {
    seq: whole(said['seq'], 'seq'),
    type,
    atMs: instant(said['at'], 'at'),
    chain: text(said['chain'], 'chain'),
    feature: textOrNull(said['feature'], 'feature'),
    contract: textOrNull(said['contract'], 'contract'),
    rollout: textOrNull(said['rollout'], 'rollout'),
    stage: textOrNull(said['stage'], 'stage'),
    dryRun: flag(said['dryRun'], 'dryRun'),
    actor: { kind: text(actor['kind'], 'actor.kind'), subject: text(actor['subject'], 'actor.subject') },
    reason: textOrNull(said['reason'], 'reason'),
    comment: textOrNull(said['comment'], 'comment'),
    percentageAfter,
    contractDigest: textOrNull(said['contractDigest'], 'contractDigest'),
    policyDigest: textOrNull(said['policyDigest'], 'policyDigest'),
    data,
    digests: digestsIn(type, data),
    // Its inside is read where it is recomputed; what it lacks is a finding there.
    evidence: evidence as Entry['evidence'],
  };
}

/** The data of an entry of this type, as the ledger's own types have it; null for every other type. */
export function dataOf<T extends EntryType>(told: Told, ...types: readonly T[]): EntryData[T] | null {
  return types.some((type) => type === told.type) ? (told.data as EntryData[T]) : null;
}

const OPENINGS: readonly string[] = ['started', 'ramped', 'advanced'];

/** Raises exposure of a rollout. */
export const isOpening = ({ type }: Told) => OPENINGS.includes(type);

/** Leaves a visit by the front door. */
export const isAdvancement = ({ type }: Told) => type === 'advanced' || type === 'completed';

/** Done by somebody with a name, not by Sluice. */
export const isByPerson = ({ actor }: Told) => actor.kind === 'person';
