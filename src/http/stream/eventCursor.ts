/** What one stream tells its reader, in order. It knows how far the reader has been told; nothing is kept ready that was not asked for. */
export interface EventCursor {
  /** The next event as it goes over the wire; null where all has been told. */
  next(): Buffer | null;
  /** Asked once a second while all has been told: an event that is due by time alone, else null. */
  beat(): Buffer | null;
}
