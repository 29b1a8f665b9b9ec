/** Whether time zones of this name exist. An offset like `+01:00` is none: it knows no daylight saving. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Temporal.ZonedDateTime(0n, name).timeZoneId !== '';
  } catch {
    return false;
  }
}

/** The day on the zone's clock. */
export function localDate(atMs: number, timeZone: string): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone).toPlainDate();
}

/** A clock that is set forward never shows it. */
export function isSkipped(local: Temporal.PlainDateTime, timeZone: string): boolean {
  return !local.toZonedDateTime(timeZone).toPlainDateTime().equals(local);
}

/**
 * When the zone's clock shows this: of a time that comes twice the first or the second, of one that is skipped the moment
 * at which the clock is set forward.
 */
export function instantMs(local: Temporal.PlainDateTime, timeZone: string, which: 'first' | 'second'): number {
  const disambiguation = which === 'first' ? 'earlier' : 'later';
  const shown = local.toZonedDateTime(timeZone, { disambiguation });
  if (shown.toPlainDateTime().equals(local)) return shown.epochMilliseconds;
  // Read by the offset that ends there, so it lies before the change.
  const before = local.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
  return (before.getTimeZoneTransition('next') ?? before).epochMilliseconds;
}
