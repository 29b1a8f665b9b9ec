import module from 'node:module';
import { join } from 'node:path';

// JavaScript, and preloaded by the npm scripts: an older Node refuses the first .ts file before any of it runs.

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

const refusal = nodeVersionRefusal(process.versions.node);
if (refusal !== undefined) {
  process.stderr.write(refusal);
  process.exit(1);
}
// Code once compiled, and TypeScript without its types, is kept for the next start: half of what a start costs. Before any .ts is
// read, and in a folder that only who may change the code may write. Where it can't be written, nothing is lost but the time.
else module.enableCompileCache?.(join(import.meta.dirname, '..', 'node_modules', '.cache', 'sluice'));
