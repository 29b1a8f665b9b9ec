/**
 * What a `json` column holds, as the type that was written into it. This is the one place that believes it unseen: nothing but this
 * adapter writes these columns, and what must be trusted beyond that, the entries, is proven by its hash.
 */
export function documentIn<T>(stored: unknown): T {
  return stored as T;
}
