/** Numbers in (0, 1), never either end, so that their logarithms are finite. */
export type Random = () => number;

/**
 * xoshiro128** 1.1 (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021; public domain), its 128 bits
 * of state filled by SplitMix32 from a hash of the seed. The name of a cell and the number of a run make its seed: so each
 * run is the same whichever worker it falls to, and whatever ran before it.
 */
export function randomOf(seed: string): Random {
  const fill = splitMix32(hashOf(seed));
  const next = xoshiro128(fill(), fill(), fill(), fill());
  return () => (next() + 0.5) / 2 ** 32;
}

/** Whole numbers of 32 bits. The state is not all zeros. */
export function xoshiro128(first: number, second: number, third: number, fourth: number): () => number {
  let [a, b, c, d] = [first, second, third, fourth];
  return () => {
    const scrambled = Math.imul(rotated(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotated(d, 11);
    return scrambled;
  };
}

const rotated = (bits: number, by: number) => (bits << by) | (bits >>> (32 - by));

function splitMix32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return mixed ^ (mixed >>> 15);
  };
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return hash;
}
