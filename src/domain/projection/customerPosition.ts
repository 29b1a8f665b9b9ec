import type { FeatureDefinition } from '../feature/feature.ts';
import { sha256Hex } from '../ledger/digest.ts';

/**
 * Where a feature stands in the list of customers: an order that tells nothing. A cursor made of keys would name features that
 * nobody has announced; the salt is drawn at random and no customer's to know, so a key can't be guessed and tried.
 */
export const customerPosition = ({ key, salt }: Pick<FeatureDefinition, 'key' | 'salt'>) => sha256Hex(`${salt}:${key}`);
