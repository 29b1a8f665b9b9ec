import { digestOf } from '../ledger/digest.ts';
import type { Contract } from './contract.ts';

/**
 * What an approval names: SHA-256 of the RFC 8785 JSON of the contract with its defaults filled in,
 * with `id` and `feature`, without states, times and warnings (a `Contract` holds none).
 */
export function contractDigest(contract: Contract): string {
  return digestOf(contract);
}

/** The same without `id`: what two proposals of one plan share, and a waiver names. */
export function planDigest(contract: Omit<Contract, 'id'> & { readonly id?: string }): string {
  const { id: _, ...plan } = contract;
  return digestOf(plan);
}
