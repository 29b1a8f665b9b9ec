import type { BaseHook, FlagValue } from '@openfeature/core';

/** A hook of the server SDK that looks at every evaluation once it is done, and changes none. */
export type EvaluationHook = Required<Pick<BaseHook<FlagValue, Record<string, unknown>, void, void>, 'finally'>>;
