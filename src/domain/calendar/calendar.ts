import { z } from 'zod';
import { type Parsed, parseInput } from '../contract/parseInput.ts';
import { type Violation, violation } from '../contract/violation.ts';
import { featureKeySchema } from '../feature/featureSchema.ts';
import { isSkipped, isTimeZone } from './localTime.ts';
import { onceTimesSchema, windowSchema } from './window.ts';

const MOST_WINDOWS = 30;
const MOST_FEATURES = 100;

const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;

const timeZoneSchema = z
  .string()
  .max(64)
  .refine(isTimeZone, { message: 'must be a time zone of the IANA database, like Europe/Berlin' });

/** What keeps increases shut, in its windows (`closed`) or out of them (`open`). */
export const calendarSchema = z
  .strictObject({
    timeZone: timeZoneSchema,
    effect: z.enum(['closed', 'open']),
    /** Both have to fit; what is left out fits all. */
    appliesTo: z
      .strictObject({
        features: z.array(featureKeySchema).min(1).max(MOST_FEATURES).readonly().optional(),
        criticality: z.enum(['standard', 'critical']).optional(),
      })
      .readonly()
      .default({}),
    windows: z.array(windowSchema).min(1).max(MOST_WINDOWS).readonly(),
    /** Why, for those whom it holds. */
    reason: z.string().trim().min(1).max(200),
  })
  .readonly();
export type Calendar = z.infer<typeof calendarSchema>;

/** A calendar as it arrives under a name; every mistake at once. */
export function parseCalendar(name: string, input: unknown): Parsed<Calendar> {
  const parsed = parseInput(calendarSchema, input);
  const more = [...nameFaults(name), ...skippedTimes(input)];
  if (more.length === 0) return parsed;
  return { ok: false, violations: [...(parsed.ok ? [] : parsed.violations), ...more] };
}

function nameFaults(name: string): readonly Violation[] {
  const allowed = NAME.source.slice(1, -1);
  return NAME.test(name) ? [] : [violation('SCHEMA', ['name'], name, allowed, `must match ${allowed}`)];
}

/** As far as it can be read, whatever else is wrong with it. */
const placedTimes = z.looseObject({
  timeZone: timeZoneSchema,
  windows: z.array(onceTimesSchema.catch({ from: '', to: '' })).max(MOST_WINDOWS),
});

/** Local times that a clock set forward never shows: whoever wrote them believes in another zone, or has not looked. */
function skippedTimes(input: unknown): readonly Violation[] {
  const parsed = placedTimes.safeParse(input);
  if (!parsed.success) return [];
  const { timeZone, windows } = parsed.data;
  return windows.flatMap((window, index) =>
    (['from', 'to'] as const)
      .filter((edge) => window[edge] !== '' && isSkipped(Temporal.PlainDateTime.from(window[edge]), timeZone))
      .map((edge) => skipped(['windows', index, edge], window[edge], timeZone)),
  );
}

function skipped(at: readonly PropertyKey[], found: string, timeZone: string): Violation {
  const allowed = `a time that the clocks of ${timeZone} show`;
  return violation('SCHEMA', at, found, allowed, `is skipped in ${timeZone}: the clocks are set forward over it`);
}
