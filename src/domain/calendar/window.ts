import { z } from 'zod';

const MOST_DATES = 100;

const isDate = (text: string) => isReadable(() => Temporal.PlainDate.from(text));
const isDateTime = (text: string) => isReadable(() => Temporal.PlainDateTime.from(text));

function isReadable(read: () => unknown): boolean {
  try {
    return read() !== undefined;
  } catch {
    return false;
  }
}

const dateSchema = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, { message: 'must be a date like 2026-12-25', abort: true })
  .refine(isDate, { message: 'must be a date that exists' });
const dateTimeSchema = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/, { message: 'must be a local time like 2026-12-24T18:00', abort: true })
  .refine(isDateTime, { message: 'must be a time that exists' });
const timeSchema = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, { message: 'must be a time of day like 09:00, or 24:00' });
/** 29 February is none: a window that is there in one year of four is a mistake more often than a wish. */
const monthDaySchema = z
  .string()
  .regex(/^\d{2}-\d{2}$/, { message: 'must be a day of the year like 12-24', abort: true })
  .refine((text) => isDate(`2001-${text}`), { message: 'must be a day that exists in every year' });

export const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

/** Once, between two local times. */
const onceSchema = z
  .strictObject({ from: dateTimeSchema, to: dateTimeSchema })
  .refine(({ from, to }) => from < to, { message: 'must be after `from`', path: ['to'] })
  .readonly();

/** Each week. Without times whole days; a `to` before `from` is of the next day. */
const weeklySchema = z
  .strictObject({
    days: z.array(z.enum(DAYS)).min(1).max(7).readonly(),
    from: timeSchema.refine((from) => from !== '24:00', { message: 'must be before 24:00' }).default('00:00'),
    to: timeSchema.default('24:00'),
  })
  .refine(({ from, to }) => from !== to, { message: 'must not be `from`: leave both out for whole days', path: ['to'] })
  .readonly();

/** Whole days, a list of holidays for one. */
const datesSchema = z.strictObject({ dates: z.array(dateSchema).min(1).max(MOST_DATES).readonly() }).readonly();

/** Whole days of each year, both included; a `toMonthDay` before `fromMonthDay` is of the next year. */
const yearlySchema = z.strictObject({ fromMonthDay: monthDaySchema, toMonthDay: monthDaySchema }).readonly();

/** A time on the clock of the calendar's zone, once or again and again. */
export const windowSchema = z.union([onceSchema, weeklySchema, datesSchema, yearlySchema]);
export type CalendarWindow = z.infer<typeof windowSchema>;

/** A window of one occurrence by its local times, wherever it stands among others: what can be skipped by a clock set forward. */
export const onceTimesSchema = z.looseObject({ from: dateTimeSchema.catch(''), to: dateTimeSchema.catch('') });
