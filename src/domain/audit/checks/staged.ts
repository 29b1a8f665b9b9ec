import type { Life } from '../books/life.ts';
import { dataOf } from '../books/told.ts';
import { stageOf } from '../judgedRollout.ts';
import { raising } from '../reach.ts';
import { type Look, when } from './look.ts';
import { plannedGrants } from './plannedGrants.ts';

/** INV-RWG-STAGED: stages in order, none skipped. */
export const staged: Look = (told, books) => {
  const life = books.lifeOf(told.rollout);
  if (life === null) return null;
  const started = dataOf(told, 'started');
  if (started !== null)
    return [
      ...startStage(life, started.stageIndex, books.handover?.life ?? null),
      ...named(life, told.stage, started.stageIndex),
    ];
  const advanced = dataOf(told, 'advanced');
  if (advanced !== null) {
    const { fromStage, stageIndex } = advanced;
    const left = stageOf(life, life.stageIndex).stageId;
    const next = life.stageIndex + 1;
    return [
      ...when(stageIndex !== next, `goes from stage ${life.stageIndex} to ${stageIndex}`),
      ...when(fromStage !== left, `says that it leaves ${fromStage}, and stood in ${left}`),
      ...(stageIndex === next ? named(life, told.stage, next) : []),
    ];
  }
  if (told.type === 'completed') {
    const last = life.contract.rolloutWedge.wedgeStages.length - 1;
    return when(life.stageIndex !== last, `completes in stage ${life.stageIndex} of ${last}`);
  }
  const rolledBack = dataOf(told, 'rolledBack');
  return rolledBack === null ? null : wayBack(life, rolledBack.toStageIndex);
};

const named = (life: Life, stage: string | null, index: number) =>
  when(
    stage !== stageOf(life, index).stageId,
    `names the stage ${stage}, where the plan has ${stageOf(life, index).stageId}`,
  );

/** The first; one that takes over may stand where it lets nobody in who is out. */
function startStage(life: Life, stageIndex: number, superseded: Life | null): readonly string[] {
  if (stageIndex === 0) return [];
  if (superseded === null) return [`starts in stage ${stageIndex}`];
  const wider = raising(plannedGrants(life, superseded.base, stageIndex), superseded.grants);
  return when(wider !== null, `takes over in stage ${stageIndex}, which is wider than what it took over`);
}

function wayBack(life: Life, to: number | null): readonly string[] {
  if (to === null) return [];
  const isBelow = life.phase === 'stage' && Number.isSafeInteger(to) && to >= 0 && to < life.stageIndex;
  return when(!isBelow, `goes back to stage ${to} from ${life.stageIndex}`);
}
