/** Starts what the tests of the project `services` need, before the first of them; the answer stops it after the last. */
export function setup(): void {}
