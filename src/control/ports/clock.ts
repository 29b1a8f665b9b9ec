/** Time as an argument: the only way that control learns what time it is. */
export interface Clock {
  /** Epoch milliseconds. */
  nowMs(): number;
}
