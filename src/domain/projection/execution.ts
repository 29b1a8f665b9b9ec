import type { Entry } from '../ledger/entry.ts';
import { type RecordedEntry, recorded } from './recordedEntry.ts';

/** A stay in a stage (or the ramp to the first one), as far as it was reached. */
export type StayView = {
  readonly stageId: string;
  readonly phase: 'ramp' | 'stage';
  readonly percentage: number;
  readonly entry: RecordedEntry;
};

export type RollbackView = {
  readonly fromStageId: string | null;
  /** null: to what the feature exposed before. */
  readonly toStageId: string | null;
  readonly automatic: boolean;
  readonly reason: string | null;
  readonly detail: string;
  readonly entry: RecordedEntry;
};

/** Each time that the exposure rose, in order. */
export function staysIn(entries: readonly Entry[]): readonly StayView[] {
  return entries.flatMap((entry): readonly StayView[] => {
    if (entry.type !== 'started' && entry.type !== 'ramped' && entry.type !== 'advanced') return [];
    const phase = entry.type === 'started' ? entry.data.phase : 'stage';
    const percentage = entry.percentageAfter ?? 0;
    return [{ stageId: entry.stage ?? '', phase, percentage, entry: recorded(entry) }];
  });
}

/** Each time that it went back. `stageIds`: of the plan, in order. */
export function rollbacksIn(entries: readonly Entry[], stageIds: readonly string[]): readonly RollbackView[] {
  return entries.flatMap((entry): readonly RollbackView[] => {
    if (entry.type !== 'rolledBack') return [];
    const { fromStage, toStageIndex, automatic, detail } = entry.data;
    const toStageId = toStageIndex === null ? null : (stageIds[toStageIndex] ?? null);
    return [{ fromStageId: fromStage, toStageId, automatic, reason: entry.reason, detail, entry: recorded(entry) }];
  });
}
