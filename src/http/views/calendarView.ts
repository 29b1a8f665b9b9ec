import type { z } from 'zod';
import type { CalendarView } from '../../control/governanceDesks.ts';
import { timeOf, timeOrNull } from '../../domain/time.ts';
import type { calendarAnswer } from '../schemas/calendar.ts';

export function calendarView({ calendar, shut }: CalendarView): z.infer<typeof calendarAnswer> {
  const { by, atMs, ...said } = calendar;
  return {
    ...said,
    setBy: by.subject,
    setAt: timeOf(atMs),
    shut: shut !== null,
    opensAt: timeOrNull(shut?.opensAtMs ?? null),
  };
}
