/** `later`: the gate is closed and the ledger will hear of it; `stands`: there was nothing left to close. */
export type ClosingOutcome = 'recorded' | 'later' | 'stands';
