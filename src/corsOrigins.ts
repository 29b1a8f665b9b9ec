export type ReadCorsOrigins = {
  readonly origins: readonly string[];
  readonly mistakes: readonly string[];
};

/** Every page in the world. Lookups take a token all the same: no cookie is ever looked at. */
const ANY = '*';

/** Reads `CORS_ORIGINS`: origins as browsers send them, or `*` alone; every mistake, never with a value. */
export function readCorsOrigins(list: string): ReadCorsOrigins {
  const entries = list
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const origins = [...new Set(entries)];
  const unfit = entries.flatMap((entry, index) => (entry === ANY || isOrigin(entry) ? [] : [unfitAt(index)]));
  const mixed = origins.includes(ANY) && origins.length > 1 ? ['* stands for all origins: it stands alone'] : [];
  return { origins, mistakes: [...unfit, ...mixed] };
}

const unfitAt = (index: number) =>
  `entry ${index + 1} must be an origin as browsers send it: scheme, host in lower case, a port that is not the scheme's own, and nothing after it`;

/** A URL may hold a `*` here, which is no pattern to anybody. */
const ORIGIN = /^https?:\/\/(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d+)?$/;

/** An origin is compared as text: one that a browser would write otherwise would never match, and nobody would be told. */
const isOrigin = (entry: string) => ORIGIN.test(entry) && URL.parse(entry)?.origin === entry;
