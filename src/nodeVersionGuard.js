import module from 'node:module';
import { join } from 'node:path';
import { nodeVersionRefusal } from './nodeVersion.js';

// JavaScript, and preloaded by the npm scripts: an older Node refuses the first .ts file before any of it runs.

const refusal = nodeVersionRefusal(process.versions.node);
if (refusal !== undefined) {
  process.stderr.write(refusal);
  process.exit(1);
}
// Code once compiled, and TypeScript without its types, is kept for the next start: half of what a start costs. Before any .ts is
// read, and in a folder that only who may change the code may write. Where it can't be written, nothing is lost but the time.
else module.enableCompileCache?.(join(import.meta.dirname, '..', 'node_modules', '.cache', 'sluice'));
