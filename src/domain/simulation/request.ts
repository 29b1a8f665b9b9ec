import { z } from 'zod';
import { type Violation, violation } from '../contract/violation.ts';
import { nameSchema } from '../health/sli.ts';
import { hoursToMs, msToHours } from '../hours.ts';

const MOST_REPETITIONS = 1000;
const MOST_HOURS = 35 * 24;
const MOST_POLLS = 250_000;
const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 7;

/** What is asked for, without the contract, which is judged as a proposal is. */
export const simulationSchema = z.strictObject({
  from: z.iso.datetime({ offset: true }).optional().describe('a week before `to` where it is left out'),
  to: z.iso.datetime({ offset: true }).optional().describe('now where it is left out'),
  source: nameSchema
    .optional()
    .describe('where all SLIs are looked up in place of the sources that the contract names'),
  as: z
    .enum(['recorded', 'split'])
    .default('recorded')
    .describe(
      'recorded: what its cohorts met in that time. split: everybody, dealt at random into two cohorts that fare alike',
    ),
  repetitions: z
    .int()
    .min(0)
    .max(MOST_REPETITIONS)
    .default(100)
    .describe('A/A splits of the same data, by which false alarms are counted; 0: none'),
  seed: z.string().min(1).max(64).default('sluice').describe('of all chance: the same seed deals the same'),
});
export type SimulationWish = z.infer<typeof simulationSchema>;

/** When the rollout would have started, and until when it is followed; both belong to it. */
export type Period = { readonly fromMs: number; readonly toMs: number };

/** On whole seconds, for sources round to those anyway. */
export function periodOf({ from, to }: SimulationWish, nowMs: number): Period {
  const toMs = whole(to === undefined ? nowMs : Date.parse(to));
  return { fromMs: from === undefined ? toMs - DEFAULT_DAYS * DAY_MS : whole(Date.parse(from)), toMs };
}

const whole = (ms: number) => Math.floor(ms / 1000) * 1000;

/** What is wrong with a period, all at once. */
export function judgePeriod({ fromMs, toMs }: Period, nowMs: number, pollIntervalMs: number): readonly Violation[] {
  const refused = (member: 'from' | 'to', allowed: string, message: string) =>
    violation('SIMULATION_PERIOD', [member], timeOf(member === 'from' ? fromMs : toMs), allowed, message);
  const longest = Math.min(hoursToMs(MOST_HOURS), MOST_POLLS * pollIntervalMs);
  const hours = msToHours(longest);
  return [
    ...(toMs > nowMs ? [refused('to', `at most ${timeOf(nowMs)}`, 'what is still to come is not recorded')] : []),
    ...(toMs - fromMs < 2 * pollIntervalMs
      ? [refused('from', 'two polls before `to`, or more', 'must lie before `to`')]
      : []),
    ...(toMs - fromMs > longest ? [refused('from', `at most ${hours} h before \`to\``, 'the period is too long')] : []),
  ];
}

/** A year beyond all calendars can't be written. */
const timeOf = (ms: number) => (Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(ms));
