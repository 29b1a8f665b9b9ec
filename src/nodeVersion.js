// The first with Temporal, by which calendars know zones and daylight saving.
const OLDEST_MAJOR = 26;

/**
 * Why this Node can't run Sluice, and what to do about it.
 *
 * @param {string} version as in `process.versions.node`
 * @returns {string | undefined} undefined if it can
 */
export function nodeVersionRefusal(version) {
  if (Number.parseInt(version, 10) >= OLDEST_MAJOR) return undefined;
  return [
    `Sluice needs Node ${OLDEST_MAJOR} or later, and this is Node ${version}.`,
    'npm brings the right one: start through an npm script (npm start, npm run demo, npm test).',
    'If this was one, the install script of the package "node" was blocked: run "npm rebuild node" and try again.',
    '',
  ].join('\n');
}
