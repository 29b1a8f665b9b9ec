import { allowedCommands, type Command, legality } from '../../domain/rollout/commands.ts';
import type { RolloutState } from '../../domain/rollout/state.ts';
import { Refusal } from '../refusal.ts';

/** Refuses a command that the state does not allow, and says what is allowed. */
export function assertLegal(state: RolloutState, command: Command): void {
  if (legality(state.wedgeState, command) !== 'illegal') return;
  const allowed = allowedCommands(state.wedgeState);
  const detail = `${command} is not allowed while the rollout is ${state.wedgeState}`;
  throw new Refusal('ILLEGAL_STATE', detail, { wedgeState: state.wedgeState, allowed });
}
