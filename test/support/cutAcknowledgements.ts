import type { AcknowledgementRegister } from '../../src/control/ports/acknowledgementRegister.ts';

/** A register beside something that can be cut off: `reach` throws while it is. */
export function acknowledgementsOver(
  register: AcknowledgementRegister,
  reach: () => Promise<void>,
): AcknowledgementRegister {
  return {
    hear: async (...said) => {
      await reach();
      await register.hear(...said);
    },
    acknowledge: async (...said) => {
      await reach();
      await register.acknowledge(...said);
    },
    leave: async (member) => {
      await reach();
      await register.leave(member);
    },
    members: async () => {
      await reach();
      return register.members();
    },
    acknowledgements: async (features) => {
      await reach();
      return register.acknowledgements(features);
    },
    forgetBefore: async (beforeMs) => {
      await reach();
      await register.forgetBefore(beforeMs);
    },
  };
}
