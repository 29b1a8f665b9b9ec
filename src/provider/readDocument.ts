import { BUCKETING, type Prerequisite, type Variants, type VariantValue } from '../domain/feature/feature.ts';
import type { FlagDocument } from '../domain/feature/flagDocument.ts';
import type { Grant } from '../domain/feature/grants.ts';
import type { Facet, Scope } from '../domain/feature/scope.ts';
import { FULL_THRESHOLD } from '../domain/feature/threshold.ts';
import { isRecord } from './jsonRecord.ts';

/**
 * A flag document out of whatever JSON arrived, frozen; null where it is none, or of a schema that is newer than this package. Whatever
 * passes here is answered without a fault at every lookup. Members that nobody knows are no mistake, unlike in Sluice's own stores: a
 * later Sluice may say more, and its documents must go on being understood here.
 */
export function readDocument(json: unknown): FlagDocument | null {
  return isDocument(json) ? frozen(json) : null;
}

const isDocument = (json: unknown): json is FlagDocument =>
  isRecord(json) &&
  json['schema'] === 1 &&
  isText(json['feature']) &&
  isText(json['environment']) &&
  isCount(json['version']) &&
  isText(json['revisionAt']) &&
  json['bucketing'] === BUCKETING &&
  isText(json['salt']) &&
  isVariants(json['variants']) &&
  typeof json['killed'] === 'boolean' &&
  isListOf(json['grants'], isGrant) &&
  isThresholds(json['caps']) &&
  isThresholds(json['raises']) &&
  isListOf(json['prerequisites'], isPrerequisite) &&
  isLive(json['live']);

const isText = (value: unknown): value is string => typeof value === 'string';
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isThreshold = (value: unknown): value is number => isCount(value) && value <= FULL_THRESHOLD;

const isListOf = <T>(value: unknown, isOne: (one: unknown) => one is T): value is readonly T[] =>
  Array.isArray(value) && value.every(isOne);

const isThresholds = (value: unknown): value is FlagDocument['caps'] =>
  isRecord(value) && Object.values(value).every(isThreshold);

const isVariants = (value: unknown): value is Variants =>
  isRecord(value) && isValue(value['on']) && isValue(value['off']) && typeof value['on'] === typeof value['off'];

const isValue = (value: unknown): value is VariantValue =>
  typeof value === 'boolean' || typeof value === 'string' || typeof value === 'number' || isRecord(value);

const isPrerequisite = (value: unknown): value is Prerequisite =>
  isRecord(value) && isText(value['feature']) && value['variant'] === 'on';

const isGrant = (value: unknown): value is Grant =>
  isRecord(value) && isScope(value['scope']) && isThreshold(value['threshold']);

const isScope = (value: unknown): value is Scope =>
  isRecord(value) && isFacet(value['groups']) && isFacet(value['regions']) && isFacet(value['tiers']);

const isFacet = (value: unknown): value is Facet => value === 'all' || isListOf(value, isText);

const isLive = (value: unknown): value is FlagDocument['live'] =>
  value === null ||
  (isRecord(value) &&
    isText(value['rolloutId']) &&
    isText(value['stage']) &&
    (value['whenStale'] === 'close' || value['whenStale'] === 'keep') &&
    isCount(value['grant']));

/** Answers hand values out as they are: whoever changed one would change it for everybody. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
}
