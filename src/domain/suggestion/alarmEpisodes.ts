/** Severities at equal distances in time; null where nothing is known. */
export type Severities = ReadonlyArray<number | null>;

/** A threshold so low that it is exceeded a tenth of the time is none. */
const LOOKED_AT_SHARE = 0.1;

/**
 * The lowest threshold at which, and above which, there are at most 0, 1, 2, … episodes of alarm; at index m those with at most m.
 * An episode is a run of looks above the threshold with less than `reach` looks between them: windows that overlap share their
 * requests, so one burst is one alarm however often it is looked at. Runs declustering: Smith and Weissman 1994, "Estimating the
 * Extremal Index"; Coles 2001, "An Introduction to Statistical Modeling of Extreme Values", 5.3.2.
 *
 * @returns empty where nothing is known
 */
export function lowestThresholds(severities: Severities, reach: number, mostEpisodes: number): readonly number[] {
  const isAbove = new Uint8Array(severities.length);
  const lowest: number[] = [];
  let [episodes, most] = [0, 0];
  let threshold = Number.POSITIVE_INFINITY;
  for (const { severity, index } of highestFirst(severities)) {
    // Equal ones are above a threshold together, or not at all.
    if (severity < threshold) {
      most = Math.max(most, episodes);
      if (most > mostEpisodes) break;
      threshold = severity;
      for (let count = most; count <= mostEpisodes; count += 1) lowest[count] = threshold;
    }
    episodes += joined(isAbove, index, reach);
    isAbove[index] = 1;
  }
  return lowest;
}

/** Episodes above this threshold. */
export function alarmEpisodes(severities: Severities, reach: number, threshold: number): number {
  let episodes = 0;
  let last = Number.NEGATIVE_INFINITY;
  for (const [index, severity] of severities.entries()) {
    if (severity === null || severity <= threshold) continue;
    if (index - last > reach) episodes += 1;
    last = index;
  }
  return episodes;
}

/** What one more look above the threshold changes: alone it is a new episode, between two it makes one of them. */
function joined(isAbove: Uint8Array, index: number, reach: number): number {
  const before = distanceTo(isAbove, index, -1, reach);
  const after = distanceTo(isAbove, index, 1, reach);
  if (before === null && after === null) return 1;
  return before !== null && after !== null && before + after > reach ? -1 : 0;
}

function distanceTo(isAbove: Uint8Array, index: number, step: 1 | -1, reach: number): number | null {
  for (let distance = 1; distance <= reach; distance += 1) if (isAbove[index + step * distance] === 1) return distance;
  return null;
}

type Look = { readonly severity: number; readonly index: number };

/** The highest tenth: to sort everything would keep lookups waiting. */
function highestFirst(severities: Severities): readonly Look[] {
  const known = Float64Array.from(severities.filter((severity) => severity !== null)).sort();
  const cut = known[Math.floor((1 - LOOKED_AT_SHARE) * known.length)] ?? Number.POSITIVE_INFINITY;
  const highest: Look[] = [];
  for (let index = 0; index < severities.length; index += 1) {
    const severity = severities[index] ?? null;
    if (severity !== null && severity >= cut) highest.push({ severity, index });
  }
  return highest.sort((a, b) => b.severity - a.severity);
}
