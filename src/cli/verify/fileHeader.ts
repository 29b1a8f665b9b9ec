import { sha256OfJson } from '../../domain/audit/canonicalText.ts';
import { Malformed, members, text, whole } from '../../domain/audit/read.ts';

/** What the first line of an export promises of the others. */
export type FileHeader = {
  readonly chain: string;
  readonly environment: string;
  readonly entries: number;
  readonly headHash: string;
};

const HASH = /^[0-9a-f]{64}$/;
const NAMES = ['chain', 'digest', 'entries', 'environment', 'format', 'headHash', 'schema'];

/** @throws Malformed where it is no header, or not the one that was written */
export function fileHeader(value: unknown): FileHeader {
  const said = members(value, 'header');
  if (said['format'] !== 'sluice-ledger') throw new Malformed('is no header of a Sluice ledger');
  if (said['schema'] !== 1) throw new Malformed('has a `schema` that is not 1: a later Sluice wrote it');
  if (Object.keys(said).join() !== NAMES.join()) throw new Malformed(`has other members than ${NAMES.join(', ')}`);
  const header = {
    chain: text(said['chain'], 'chain'),
    environment: text(said['environment'], 'environment'),
    entries: whole(said['entries'], 'entries'),
    headHash: text(said['headHash'], 'headHash'),
  };
  if (header.entries < 0 || !HASH.test(header.headHash)) throw new Malformed('promises what no chain has');
  const { digest, ...undigested } = said;
  if (sha256OfJson(undigested) !== digest) throw new Malformed('is not what its digest says');
  return header;
}
