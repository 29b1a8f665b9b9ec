/** One library that evaluates in this process, set up with features that each are on for a quarter of all users. */
export type Evaluator = {
  /** Its own evaluate call, with its own context, made anew as it is in a request: whether the feature is on for the user. */
  readonly isOn: ((feature: string, user: string) => boolean) | ((feature: string, user: string) => Promise<boolean>);
  readonly close: () => void | Promise<void>;
};

export type StartEvaluator = (features: readonly string[]) => Evaluator | Promise<Evaluator>;

/** The share of users that every feature is on for. */
export const SHARE_PERCENTAGE = 25;
