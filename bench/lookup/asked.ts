/** One of the requests that a generator sends, one after the other and over again. */
export type Request = { readonly path: string; readonly body: string };

/** What a generator counted. */
export type Load = {
  readonly requests: number;
  readonly seconds: number;
  /** Not answered, or with another status than 2xx. */
  readonly failed: number;
};

const FLAGS = '/ofrep/v1/evaluate/flags';
/** So many different users ask in turn: no answer is at hand because it was just given. */
const USERS = 2000;

const users = Array.from({ length: USERS }, (_, index) => `user-${100_000 + index}`);

/** Every user asks about one feature, and then about another: all features in turn. */
export function singleRequests(features: readonly string[], more: object = {}): readonly Request[] {
  return users.map((targetingKey, index) => ({
    path: `${FLAGS}/${features[index % features.length]}`,
    body: JSON.stringify({ context: { targetingKey, ...more } }),
  }));
}

/** Every user asks about all that the token may see. */
export function bulkRequests(): readonly Request[] {
  return users.map((targetingKey) => ({ path: FLAGS, body: JSON.stringify({ context: { targetingKey } }) }));
}
