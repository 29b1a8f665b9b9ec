import { z } from 'zod';
import { calendarSchema } from '../../domain/calendar/calendar.ts';
import { judgedByDesk } from '../validation.ts';
import { timeSchema } from './list.ts';

export const calendarPath = z.object({ name: z.string() });

export const calendarBody = judgedByDesk(calendarSchema.meta({ id: 'CalendarSetting' }));

/** A calendar, and whether it keeps shut at this moment. */
export const calendarAnswer = z
  .strictObject({
    name: z.string(),
    ...calendarSchema.unwrap().shape,
    setBy: z.string(),
    setAt: timeSchema,
    shut: z.boolean().describe('keeps increases shut at this moment, of what it applies to'),
    opensAt: timeSchema.nullable().describe('by itself; null where it is open, or not to open within 400 days'),
  })
  .meta({ id: 'Calendar' });
