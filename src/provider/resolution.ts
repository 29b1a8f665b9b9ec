import { ErrorCode, type FlagMetadata, type ResolutionDetails } from '@openfeature/core';
import { readContext } from '../domain/feature/context.ts';
import type { FlagDocuments } from './flagDocuments.ts';

/** What a service asks for. */
type ValueType = 'boolean' | 'string' | 'number' | 'object';

/** The answer to a lookup in OpenFeature's words, as OFREP would give it. Never throws; without an answer the value is `fallback`. */
export function resolve<T>(
  documents: FlagDocuments,
  { feature, type, fallback }: { readonly feature: string; readonly type: ValueType; readonly fallback: T },
  context: unknown,
): ResolutionDetails<T> {
  const read = readContext(context);
  if (read.kind === 'invalid') return failed(fallback, ErrorCode[read.errorCode], read.errorDetails);
  const evaluation = documents.evaluate(feature, read.context);
  if (evaluation.kind === 'failed') return failed(fallback, ErrorCode[evaluation.errorCode], evaluation.errorDetails);
  const { value, variant, reason, metadata } = evaluation;
  if (!isOf(type, value)) {
    return failed(fallback, ErrorCode.TYPE_MISMATCH, `${feature} is a ${typeof value}, and was asked for as a ${type}`);
  }
  // Frozen before the SDK freezes them: others are given the same ones.
  return { value: value as T, variant, reason, flagMetadata: metadata as FlagMetadata };
}

const isOf = (type: ValueType, value: unknown) => typeof value === type;

const failed = <T>(value: T, errorCode: ErrorCode, errorMessage: string): ResolutionDetails<T> => ({
  value,
  reason: 'ERROR',
  errorCode,
  errorMessage,
});
