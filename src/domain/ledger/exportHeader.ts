import type { ChainHead } from './chain.ts';
import { digestOf } from './digest.ts';

/** Of an exported chain: one line is its header, then comes one entry a line. */
export type ExportHeader = {
  readonly format: 'sluice-ledger';
  readonly schema: 1;
  readonly chain: string;
  readonly environment: string;
  /** How many entries follow, and the hash of the last: without them nobody could see that the end was cut off. */
  readonly entries: number;
  readonly headHash: string;
  /** SHA-256 of the RFC 8785 JSON of the header without it. */
  readonly digest: string;
};

/** Says nothing that what follows does not bear out: no time, no name of whoever exported. */
export function exportHeader(chain: string, environment: string, head: ChainHead): ExportHeader {
  const undigested = {
    format: 'sluice-ledger',
    schema: 1,
    chain,
    environment,
    entries: head.seq,
    headHash: head.hash,
  } as const;
  return { ...undigested, digest: digestOf(undigested) };
}
