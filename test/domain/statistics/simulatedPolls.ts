import type { ArmCounts, PollCounts } from '../../../src/domain/statistics/armCounts.ts';

export type Rates = { readonly total: number; readonly rate: number };

/** Polls whose requests fail independently, each arm at its own rate. */
export function simulatedPoll(treatment: Rates, control: Rates, chance: () => number): PollCounts {
  return { treatment: simulatedArm(treatment, chance), control: simulatedArm(control, chance) };
}

function simulatedArm({ total, rate }: Rates, chance: () => number): ArmCounts {
  let bad = 0;
  for (let request = 0; request < total; request += 1) if (chance() < rate) bad += 1;
  return { total, bad };
}

/** Mean of a sample and the standard error of it. */
export function meanOf(values: readonly number[]): { readonly mean: number; readonly standardError: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { mean, standardError: Math.sqrt(variance / values.length) };
}
