/** All that a command has of the world around it. */
export type Terminal = {
  /** Resolves once it is taken: what is written faster than read would fill memory. */
  readonly write: (text: string | Uint8Array) => Promise<void>;
  /** For the person, beside what may be piped on. */
  readonly say: (text: string) => void;
  readonly standardInput: AsyncIterable<Uint8Array>;
  readonly environment: Readonly<Record<string, string | undefined>>;
};

/** What a command ends with. Scripts rely on it. */
export const EXIT = { pass: 0, fail: 1, unusable: 2, inconclusive: 3 } as const;
export type Exit = (typeof EXIT)[keyof typeof EXIT];

/** It was asked for in a way that means nothing: said to the person with what there is to ask for, exit code 2. */
export class Unusable extends Error {
  override readonly name = 'Unusable';
}

/** It was asked for well, and somebody else said no: said to the person as it was said to us, exit code 2. */
export class Refused extends Error {
  override readonly name = 'Refused';
}
