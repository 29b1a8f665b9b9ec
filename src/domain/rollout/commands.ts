import type { WedgeState } from './state.ts';

/** What a person can ask of a rollout. */
const COMMANDS = ['preflight', 'start', 'advance', 'pause', 'resume', 'approve', 'attest', 'rollback'] as const;
export type Command = (typeof COMMANDS)[number];

/** `stands`: the effect is there already, so nothing is done and the answer is the status. */
export type Legality = 'allowed' | 'stands' | 'illegal';

/**
 * What is allowed in which state. Closing is allowed wherever something can be closed:
 * on PENDING a rollback cancels, on COMPLETE it is a kill of the feature.
 */
const LEGALITY: Readonly<Record<WedgeState, Readonly<Partial<Record<Command, Legality>>>>> = {
  PENDING: { preflight: 'allowed', start: 'allowed', approve: 'allowed', attest: 'allowed', rollback: 'allowed' },
  ACTIVE: {
    start: 'stands',
    advance: 'allowed',
    pause: 'allowed',
    resume: 'stands',
    approve: 'allowed',
    rollback: 'allowed',
  },
  PAUSED: { pause: 'stands', resume: 'allowed', approve: 'allowed', rollback: 'allowed' },
  COMPLETE: { rollback: 'allowed' },
  ROLLED_BACK: { rollback: 'stands' },
  SUPERSEDED: {},
};

export function legality(state: WedgeState, command: Command): Legality {
  return LEGALITY[state][command] ?? 'illegal';
}

/** The commands that would do something in this state: what a refusal names. */
export function allowedCommands(state: WedgeState): readonly Command[] {
  return COMMANDS.filter((command) => legality(state, command) === 'allowed');
}
