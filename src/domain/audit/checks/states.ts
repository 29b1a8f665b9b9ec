import type { Books } from '../books/books.ts';
import type { Life } from '../books/life.ts';
import { dataOf, isAdvancement, isByPerson, type Told } from '../books/told.ts';
import { raising } from '../reach.ts';
import { type Look, when } from './look.ts';

type Place = 'pending' | 'ramp' | 'stage' | 'pausedRamp' | 'pausedStage';
const LIVE: readonly Place[] = ['ramp', 'stage', 'pausedRamp', 'pausedStage'];
const PAUSED: readonly Place[] = ['pausedRamp', 'pausedStage'];
const ANYWHERE: readonly Place[] = ['pending', ...LIVE];

/** From where each entry may come. What is not named may come from anywhere but the end. */
const FROM: Readonly<Record<string, readonly Place[]>> = {
  preflight: ['pending'],
  started: ['pending'],
  ramped: ['ramp'],
  advanced: ['stage'],
  completed: ['stage'],
  paused: ['ramp', 'stage'],
  resumed: PAUSED,
  superseded: LIVE,
  rollbackStep: LIVE,
  driftAdopted: LIVE,
  held: LIVE,
  audited: LIVE,
  alerted: LIVE,
  alertResolved: LIVE,
  reviewed: LIVE,
};

/** May be told of a rollout that has ended: it changes nothing of it. */
const AFTERWARDS: readonly string[] = [
  'exposureRemoved',
  'exposureConfirmed',
  'healthVerified',
  'incidentLinked',
  'falseAlarmMarked',
];

/** Legal transitions alone, nothing after the end, one live rollout, and a takeover in one step at grants no wider. */
export const states: Look = (told, books) => {
  const life = books.lifeOf(told.rollout);
  return [
    ...when(told.feature !== null && told.feature !== told.chain, `speaks of the feature ${told.feature}`),
    ...handover(told, books),
    ...(told.rollout === null ? [] : transition(told, books, life)),
    ...(life === null ? [] : verdictsOnce(told, life)),
    ...(life === null ? [] : alertsInTurn(told, life)),
  ];
};

function transition(told: Told, books: Books, life: Life | null): readonly string[] {
  if (told.type === 'created')
    return when(life !== null || books.hasEnded(told.rollout), 'begins a rollout that is there already');
  if (life === null) {
    if (!books.hasEnded(told.rollout)) return ['speaks of a rollout that was never created'];
    return when(!AFTERWARDS.includes(told.type), 'comes after the end of its rollout');
  }
  const place = placeOf(life);
  return [
    ...when(
      !(FROM[told.type] ?? ANYWHERE).includes(place),
      `can not come while the rollout is ${life.wedgeState} (${life.phase})`,
    ),
    ...when(
      told.dryRun !== life.dryRun,
      life.dryRun ? 'is real, and its rollout a dry run' : 'is dry, and its rollout real',
    ),
    ...(told.type === 'started' && !life.dryRun ? oneAtATime(books) : []),
  ];
}

function placeOf({ wedgeState, phase }: Life): Place {
  if (wedgeState === 'PENDING') return 'pending';
  if (phase === 'ramp') return wedgeState === 'PAUSED' ? 'pausedRamp' : 'ramp';
  return wedgeState === 'PAUSED' ? 'pausedStage' : 'stage';
}

const oneAtATime = (books: Books) => {
  const [other] = books.running();
  return when(other !== undefined, `rollout ${other?.id} of this feature is live`);
};

/** `superseded` and the `started` that names it stand side by side. */
function handover(told: Told, { handover: ended, feature }: Books): readonly string[] {
  const started = dataOf(told, 'started');
  const takes = started?.supersedes ?? null;
  if (ended === null) return when(takes !== null, `takes over rollout ${takes}, which did not end for it`);
  if (started === null || takes !== ended.life.id || told.rollout !== ended.by)
    return [`stands where ${ended.by} was to take over rollout ${ended.life.id}`];
  const wider = raising(started.exposure.grants, feature.shown);
  const { visit, visitFailed } = ended.life;
  return [
    ...when(wider !== null, 'takes over at more than was exposed'),
    ...when(visitFailed, `takes over out of visit ${visit}, whose audit is FAIL: only a rollback leaves it`),
  ];
}

/** An alert begins once, ends once, and is reviewed by a person. */
function alertsInTurn(told: Told, { alerts }: Life): readonly string[] {
  const alert = dataOf(told, 'alerted', 'alertResolved', 'reviewed');
  if (alert === null) return [];
  const { criterion } = alert;
  const known = alerts[criterion];
  switch (told.type) {
    case 'alerted':
      return when(known === 'standing', `alerts of ${criterion}, which stands already`);
    case 'alertResolved':
      return when(known !== 'standing', `ends an alert of ${criterion} that does not stand`);
    default:
      return [
        // It may have ended while the person was writing.
        ...when(known === undefined, `reviews ${criterion}, of which nobody was alerted in this visit`),
        ...when(!isByPerson(told), 'is no person’s word'),
      ];
  }
}

/** A verdict is terminal, and nothing leaves a visit by the front door that has not passed. */
function verdictsOnce(told: Told, life: Life): readonly string[] {
  if (isAdvancement(told))
    return when(!life.visitPassed || life.visitFailed, `leaves visit ${life.visit}, whose audit did not pass`);
  const audited = dataOf(told, 'audited');
  if (audited === null) return [];
  const { subject, verdict } = audited;
  const spoken = life.auditorsVerdicts.some(
    (said) => said.subject === subject && (subject === 'rollout' || said.visit === life.visit),
  );
  const again = isByPerson(told) ? spoken : verdict === 'FAIL' && life.visitFailed;
  return when(again, `a verdict on this ${subject} stands already`);
}
