import type { Exposure } from '../../feature/flagDocument.ts';
import type { Grants } from '../../feature/grants.ts';
import type { Books } from '../books/books.ts';
import { exposureOf } from '../books/featureBook.ts';
import type { Life } from '../books/life.ts';
import { dataOf, isByPerson, isOpening, type Told } from '../books/told.ts';
import { workspacesIn } from '../books/workspaceBook.ts';
import { stageOf } from '../judgedRollout.ts';
import { bucketsOf, percentText, raising, reachOf } from '../reach.ts';
import { type Look, when } from './look.ts';
import { plannedGrants } from './plannedGrants.ts';
import { widenedWorkspaces } from './workspaces.ts';

/** SLU-DOOR: nothing but a contract, or a second person, ever raises exposure; and a contract no further than its plan. */
export const door: Look = (told, books) => {
  const exposure = exposureOf(told);
  if (exposure === null || told.dryRun) return null;
  const raised = exposure.killed ? null : raising(exposure.grants, books.feature.shown);
  const life = books.lifeOf(told.rollout);
  const widened = widenedWorkspaces(told, books, exposure);
  if (isOpening(told) && life !== null) return [...throughPlan(told, books, life, exposure), ...widened];
  if (isBySecondPerson(told, books)) return widened;
  return [
    ...when(raised !== null, `raises exposure to ${percentText(raised?.threshold ?? 0)}`),
    ...when(bringsBack(told, exposure), 'lets workspaces in again that are met beyond the grants'),
    ...widened,
  ];
};

/** With the end of a kill. */
const bringsBack = ({ type }: Told, { raises }: Exposure) =>
  type === 'revived' && [...workspacesIn(raises).values()].some((threshold) => threshold > 0);

/** Somebody asked, and somebody else did it. */
function isBySecondPerson(told: Told, { feature }: Books): boolean {
  const asked = told.type === 'revived' ? feature.reviveAskedBy : told.data['requestedBy'];
  return isByPerson(told) && typeof asked === 'string' && asked !== told.actor.subject;
}

function throughPlan(told: Told, books: Books, life: Life, exposure: Exposure): readonly string[] {
  const started = dataOf(told, 'started');
  const advanced = dataOf(told, 'advanced');
  const base = started === null ? life.base : started.base;
  const settled = books.handover?.life.base ?? books.feature.settled;
  const stageIndex = (started ?? advanced)?.stageIndex ?? life.stageIndex;
  const allowed =
    started === null ? plannedGrants(life, life.inherited ?? base, stageIndex) : startGrants(life, started, books);
  const above = raising(exposure.grants, allowed);
  return [
    ...when(life.cappedByHand, 'raises what a hand has capped: only a new contract may'),
    ...when(above !== null, `exposes ${percentText(above?.threshold ?? 0)}, more than the plan grants here`),
    ...when(raising(base, settled) !== null, 'names as there before what the feature never settled on'),
    ...percentageAsGranted(told, life, exposure, stageIndex),
  ];
}

/** The initial percentage, or the first target; where it takes over, what was exposed. */
function startGrants(
  life: Life,
  { base, phase, supersedes }: { base: Grants; phase: string; supersedes: string | null },
  books: Books,
): Grants {
  if (supersedes !== null) return books.feature.shown;
  const { initialPercentage } = life.contract.rolloutWedge;
  return plannedGrants(life, base, 0, phase === 'ramp' ? bucketsOf(initialPercentage) : undefined);
}

/** The percentage that people read is the one that lookups go by. */
function percentageAsGranted(told: Told, life: Life, { grants }: Exposure, stageIndex: number): readonly string[] {
  const granted = reachOf(grants, stageOf(life, stageIndex).scope);
  const isTold = bucketsOf(told.percentageAfter ?? -1) === granted;
  return when(!isTold, `says ${told.percentageAfter} %, and grants ${percentText(granted)}`);
}
