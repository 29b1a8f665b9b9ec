import fc from 'fast-check';
import type { EntryDraft } from '../../src/domain/ledger/entry.ts';
import type { RolloutState } from '../../src/domain/rollout/state.ts';
import { entriesIn, type LedgerStory } from './ledgerStory.ts';

/** Well-formed text of every plane, U+0000 too. */
export const texts = fc.string({ unit: 'binary', maxLength: 12 }).filter((text) => text.isWellFormed());

export const steps = fc.constantFrom(
  ...([
    'start',
    'ramp',
    'advance',
    'complete',
    'paused',
    'resumed',
    'held',
    'alerted',
    'preflight',
    'rollback',
  ] as const),
);

type Step = typeof steps extends fc.Arbitrary<infer S> ? S : never;

const LEGAL_IN: Readonly<Record<Step, (state: RolloutState) => boolean>> = {
  start: ({ wedgeState }) => wedgeState === 'PENDING',
  ramp: ({ wedgeState, phase }) => wedgeState === 'ACTIVE' && phase === 'ramp',
  advance: ({ wedgeState, phase, stageIndex }) => wedgeState === 'ACTIVE' && phase === 'stage' && stageIndex < 2,
  complete: ({ wedgeState, phase }) => wedgeState === 'ACTIVE' && phase === 'stage',
  paused: ({ wedgeState }) => wedgeState === 'ACTIVE',
  resumed: ({ wedgeState }) => wedgeState === 'PAUSED',
  held: ({ wedgeState }) => wedgeState === 'ACTIVE',
  alerted: ({ wedgeState, alerts }) => wedgeState === 'ACTIVE' && alerts.length === 0,
  preflight: ({ wedgeState }) => wedgeState === 'PENDING',
  rollback: ({ wedgeState }) => wedgeState === 'ACTIVE' || wedgeState === 'PAUSED',
};

export async function takeStep(
  story: LedgerStory,
  id: string,
  step: Step,
  atMs: number,
  words: readonly string[],
): Promise<void> {
  const { state } = await story.rollout(id);
  if (!LEGAL_IN[step](state)) return;
  const append = await appendFor(story, id, step, atMs);
  const drafts = append.drafts.map((draft): EntryDraft => ({ ...draft, comment: words.join(' ') }));
  entriesIn(await story.kept.ledger.append({ ...append, drafts }));
}

function appendFor(story: LedgerStory, id: string, step: Step, atMs: number) {
  if (step === 'rollback') return story.rollback(id, atMs);
  if (step === 'start' || step === 'ramp' || step === 'advance' || step === 'complete')
    return story.open(step, id, atMs);
  return story.say(step, id, atMs);
}
