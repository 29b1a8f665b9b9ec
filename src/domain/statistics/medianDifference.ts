/**
 * The median of all differences between a value of `these` and one of `those`, exactly, without making them: samples of 200 have
 * 40,000, and sorting those at every look would take a hundred times as long.
 */
export function medianDifference(these: readonly number[], those: readonly number[]): number {
  const minuends = Float64Array.from(these).sort();
  const subtrahends = Float64Array.from(those).sort();
  const pairs = these.length * those.length;
  const lower = differenceOfRank(minuends, subtrahends, Math.ceil(pairs / 2));
  if (pairs % 2 === 1) return lower;
  return (lower + differenceOfRank(minuends, subtrahends, pairs / 2 + 1)) / 2;
}

/** The difference that so many are at most, itself among them: by halving the range that it lies in, whose ends are differences. */
function differenceOfRank(minuends: Float64Array, subtrahends: Float64Array, rank: number): number {
  let low = (minuends.at(0) ?? Number.NaN) - (subtrahends.at(-1) ?? Number.NaN);
  let high = (minuends.at(-1) ?? Number.NaN) - (subtrahends.at(0) ?? Number.NaN);
  while (low < high) {
    const { atMost, largestOfThem, smallestAbove } = splitAt(minuends, subtrahends, between(low, high));
    if (atMost >= rank) high = largestOfThem;
    else low = smallestAbove;
  }
  return low;
}

/** At least the lower and below the higher, also where their sum is too large for a number. */
function between(low: number, high: number): number {
  const middle = low / 2 + high / 2;
  return middle < high ? Math.max(low, middle) : low;
}

/** Of the differences: how many are at most `limit`, and the two beside it. Both samples rise, so one pass over each is enough. */
function splitAt(minuends: Float64Array, subtrahends: Float64Array, limit: number) {
  let [atMost, largestOfThem, smallestAbove] = [0, -Infinity, Infinity];
  let first = 0;
  for (const minuend of minuends) {
    while (minuend - (subtrahends[first] ?? Infinity) > limit) first += 1;
    atMost += subtrahends.length - first;
    largestOfThem = Math.max(largestOfThem, minuend - (subtrahends[first] ?? Infinity));
    if (first > 0) smallestAbove = Math.min(smallestAbove, minuend - (subtrahends[first - 1] ?? Infinity));
  }
  return { atMost, largestOfThem, smallestAbove };
}
